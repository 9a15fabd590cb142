"""One command, several companies: trouble with one does not keep the others from being served."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sync.cli.execute import Request, Session, execute
from sync.cli.exits import Exit
from sync.cli.failures import failure_of
from sync.pipeline import CompanyRef, PipelineError, Service
from sync.report.envelope import envelope
from sync.report.text import safe

_RANKS = (
    Exit.done,
    Exit.attention,
    Exit.missing,
    Exit.untied,
    Exit.refused,
    Exit.busy,
    Exit.connection,
    Exit.usage,
)


def worst(codes: Sequence[Exit]) -> Exit:
    """The code that says most about several companies' results."""
    return max(codes, key=_RANKS.index, default=Exit.done)


@dataclass
class Answers:
    """What a command found, company by company."""

    session: Session
    codes: list[Exit] = field(default_factory=list)
    parts: list[Any] = field(default_factory=list)

    def end(self) -> Exit:
        """Print the JSON where it is asked for; the exit code of the whole."""
        code = worst(self.codes)
        request = self.session.request
        if request.as_json:
            self.session.data(envelope(request.command, code, request.day, companies=self.parts))
        return code


def for_each(
    session: Session,
    service: Service,
    act: Callable[[CompanyRef], tuple[Exit, Any]],
) -> Exit:
    """Do it for every company that is chosen. ``act`` prints, and gives the code and the JSON."""
    answers = Answers(session)
    chosen = service.companies(session.request.company)
    for company in chosen:
        if session.stopper.requested():
            break
        try:
            code, part = act(company)
        except Exception as error:
            failure = failure_of(error)
            if failure is None or len(chosen) == 1:
                raise
            code = failure.exit
            part = {
                "company_id": company.id,
                "company": company.name,
                "error": {
                    "code": failure.code,
                    "message": safe(failure.message),
                    "remedy": safe(failure.remedy),
                },
            }
            session.complain(f"{company.name}: {failure.text}")
        answers.codes.append(code)
        answers.parts.append(part)
    return answers.end()


def only_one(session: Session, service: Service, what: str) -> CompanyRef:
    """The one company that is chosen; refused where there are several."""
    chosen = service.companies(session.request.company)
    if len(chosen) > 1:
        names = ", ".join(f"{each.name} ({each.id})" for each in chosen)
        raise PipelineError(
            "usage", f"{what} is for one company, and {names} are set.", "Choose with --company."
        )
    return chosen[0]


def execute_for_each(
    request: Request, act: Callable[[Session, Service, CompanyRef], tuple[Exit, Any]]
) -> NoReturn:
    """The whole of a command that opens the door and does the same for every company."""

    def whole(session: Session) -> Exit:
        with session.service() as service:
            return for_each(session, service, lambda company: act(session, service, company))

    execute(request, whole)
