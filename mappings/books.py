"""The accounts and journals that finance chose for a company."""

from sync.domain.ledger import LotKind
from sync.domain.value import Value


class Books(Value):
    """Where a company's documents are posted. Ids of Odoo records; None = not set.

    The rules do not need them: they say that a line is unearned, the push says to which account.
    """

    company_id: int
    unearned_account_id: int | None = None
    """Liability: billed and not yet earned."""
    advance_account_id: int | None = None
    """Liability: advances received from clients."""
    breakage_account_id: int | None = None
    """Income: hours that lapsed, advances kept."""
    income_account_id: int | None = None
    """Income: revenue recognised, where the engagement's product names no account."""
    advance_noncurrent_account_id: int | None = None
    unearned_noncurrent_account_id: int | None = None
    """Liabilities: what is owed for longer than twelve months, shown apart at year end."""
    exchange_gain_account_id: int | None = None
    exchange_loss_account_id: int | None = None
    income_accounts: tuple[tuple[int, int], ...] = ()
    """(engagement, account): revenue of the engagement's product."""
    exchange_journal_id: int | None = None
    """Where Odoo posts differences of rates by itself."""
    journal_id: int | None = None
    """General journal of unearned-revenue entries."""
    invoice_journal_id: int | None = None
    """Sales journal of invoices; None = Odoo's default."""
    post_entries: bool = False
    """Post unearned-revenue entries at once, or leave them as drafts for review."""

    @property
    def liability_accounts(self) -> dict[str, int]:
        """The liability accounts that are set, by what they hold."""
        found = {"unearned": self.unearned_account_id, "advances": self.advance_account_id}
        return {name: account for name, account in found.items() if account is not None}

    @property
    def on_account(self) -> dict[int, tuple[LotKind, bool]]:
        """What stands on each liability account, and whether it is the non-current one."""
        found = (
            (self.unearned_account_id, LotKind.unearned, False),
            (self.unearned_noncurrent_account_id, LotKind.unearned, True),
            (self.advance_account_id, LotKind.advances, False),
            (self.advance_noncurrent_account_id, LotKind.advances, True),
        )
        return {account: (kind, later) for account, kind, later in found if account is not None}
