"""Writing of the other kinds: advances, statements, change orders, quotations and alerts."""

import functools

from odoo.fields import Command


def write_periods(env, _company, documents):
    def values(document):
        lots = [
            Command.create({"sequence": number, **lot})
            for number, lot in enumerate(document.lots, 1)
        ]
        if document.action == "rewrite":
            lots.insert(0, Command.clear())
        # Lots cannot be added to a closed statement, so it is closed last.
        return {**document.values, "state": "open", "lot_ids": lots}

    return _write(env, documents, values)


def close(periods):
    """Close the statements; from now on they never change."""
    if periods:
        periods.write({"state": "closed"})


def write_advances(env, company, documents):
    return _write(env, documents, lambda document: {**document.values, "company_id": company.id})


def write_change_orders(env, _company, documents):
    return _write(env, documents, lambda document: document.values)


def write_quotations(env, company, documents):
    # One search per currency of the batch.
    pricelist = functools.cache(lambda currency: _pricelist(env, company, currency).id)

    def values(document):
        lines = [Command.create(line) for line in document.lines]
        if document.action == "rewrite":
            lines.insert(0, Command.clear())
        vals = {**document.values, "order_line": lines, "company_id": company.id}
        currency = vals.pop("currency_id", False)
        if currency and currency != company.currency_id.id:
            vals["pricelist_id"] = pricelist(currency)
        return vals

    return _write(env, documents, values)


def _pricelist(env, company, currency_id):
    """Return a price list of the currency: Odoo takes a quotation's currency from it."""
    pricelists = env["product.pricelist"]
    currency = env["res.currency"].browse(currency_id)
    return pricelists.search(
        [
            ("currency_id", "=", currency.id),
            ("company_id", "in", (company.id, False)),
            ("item_ids", "=", False),
        ],
        limit=1,
    ) or pricelists.create(
        {
            "name": f"Retainer quotations ({currency.name})",
            "currency_id": currency.id,
            "company_id": company.id,
        }
    )


def write_alerts(env, company, documents):
    def values(document):
        vals = {**document.values, "company_id": company.id}
        if document.record and document.record.dismissed_by:
            # Who dismissed a notice does not want it back because a number in it changed.
            vals.pop("state", None)
        return vals

    records = _write(env, documents, values)
    alerts = env["retainer.alert"].browse([record.id for record in records])
    alerts._raise_activities()
    alerts.filtered(lambda alert: alert.state == "done")._close_activities()
    return records


def _write(env, documents, values):
    """Create the new ones in one batch, write the others, and return the records in order."""
    fresh = iter(
        env[documents[0].kind.model].create(
            [
                {**values(document), **document.common()}
                for document in documents
                if document.action == "create"
            ]
        )
    )
    records = []
    for document in documents:
        if document.action == "create":
            records.append(next(fresh))
        else:
            document.record.write({**values(document), **document.common()})
            records.append(document.record)
    return records
