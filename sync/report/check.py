"""Whether everything is in place, and where in Odoo to set what is not."""

from collections.abc import Mapping

from sync.domain.value import Value
from sync.report.blocks import Block, Facts, Message, Row, Table, Tone, texts
from sync.report.text import counted, safe


class Finding(Value):
    """One thing that was looked at."""

    code: str
    ok: bool
    record: str
    message: str
    remedy: str


class CompanyCheck(Value):
    """What was looked at for one company."""

    company_id: int
    company: str
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What has to be set or granted."""
        return tuple(each for each in self.findings if not each.ok)


class CheckReport(Value):
    """The server, the module, the user, and each company's settings."""

    url: str
    database: str
    protocol: str
    server_version: str
    addon_version: str
    contract: int
    user: str
    companies: tuple[CompanyCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is missing."""
        return not any(each.missing for each in self.companies)


def finding(row: object) -> Finding | None:
    """One row of the module's answer; None where it is none."""
    if (
        not isinstance(row, Mapping)
        or not isinstance(row.get("code"), str)
        or not isinstance(row.get("ok"), bool)
    ):
        return None
    return Finding(
        code=safe(row["code"]),
        ok=row["ok"],
        record=safe(row.get("record") or ""),
        message=safe(row.get("message") or ""),
        remedy=safe(row.get("remedy") or ""),
    )


def check_blocks(report: CheckReport) -> list[Block]:
    """Facts of the connection, then everything that was checked, what is missing first."""
    blocks: list[Block] = [
        Facts(
            tag="odoo",
            title="Connection",
            pairs=(
                ("url", report.url),
                ("database", report.database),
                ("protocol", report.protocol),
                ("server", report.server_version),
                ("module retainer_billing", report.addon_version),
                ("contract", str(report.contract)),
                ("user", report.user),
            ),
        )
    ]
    for each in report.companies:
        blocks += [_findings(each), _verdict(each)]
    return blocks


def _findings(company: CompanyCheck) -> Table:
    return Table(
        tag="check",
        title=f"{company.company} ({company.company_id})",
        columns=texts("result", "code", "record"),
        detail="what to do",
        rows=tuple(
            Row(
                cells=("ok" if each.ok else "missing", each.code, each.record),
                detail=" ".join(part for part in (each.message, each.remedy) if part),
                tone=Tone.good if each.ok else Tone.bad,
            )
            for each in sorted(company.findings, key=lambda each: each.ok)
        ),
    )


def _verdict(company: CompanyCheck) -> Message:
    if company.missing:
        text = f"{company.company}: {counted(len(company.missing), 'thing')} missing."
        return Message(tag="summary", text=text, tone=Tone.bad)
    return Message(tag="summary", text=f"{company.company}: ready.", tone=Tone.good)
