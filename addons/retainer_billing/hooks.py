def post_init_hook(env):
    """Propose accounts and a journal to the main company, so that it can start at once.

    Other companies take them from the button in the settings: an installation must not
    write into the chart of companies that may never use retainers.
    """
    company = env.ref("base.main_company", raise_if_not_found=False)
    if company and company.chart_template:
        company.retainer_create_default_accounts()
