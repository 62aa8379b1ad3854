"""Replays one promise: prepares what it needs, does its steps, and holds each outcome against what was promised."""

import re
import time
from dataclasses import dataclass
from typing import Any

from tests.contract.guide import curl
from tests.contract.guide.acts import perform
from tests.contract.guide.checks import look_up, problem
from tests.contract.guide.data import Item, Step
from tests.contract.guide.pages import page_problems
from tests.contract.guide.shapes import mismatches
from tests.contract.guide.stage import PromiseNotKept, Scene, Stage
from tests.support.web import REDIRECTS, Answer, send

_NAMED = re.compile(r"\{([A-Za-z]\w*)\}")


@dataclass(frozen=True)
class Outcome:
    """What a step led to: content to compare, and the HTTP answer when there was one."""

    content: Any
    answer: Answer | None


def fill(value: Any, facts: dict[str, Any]) -> Any:
    """`value` with every `{name}` in its texts replaced; a text that is only `{name}` becomes the fact itself."""
    match value:
        case str():
            if whole := _NAMED.fullmatch(value):
                return facts[whole[1]]
            return _NAMED.sub(lambda found: str(facts[found[1]]), value)
        case dict():
            return {key: fill(inner, facts) for key, inner in value.items()}
        case list():
            return [fill(inner, facts) for inner in value]
        case _:
            return value


def replay(stage: Stage, item: Item) -> None:
    """Replay an item. Raises PromiseNotKept when the hub differs from the guide; anything else is a broken run."""
    own = item.hub or "main"
    scene = stage.scene(own, item.id)
    saved: dict[str, Any] = {}
    try:
        stage.prepare(scene, item.needs)
        for number, step in enumerate(item.steps(), start=1):
            scene = stage.scene(step.hub or own, item.id)
            _replay_step(scene, step, saved, f"{item.id}, step {number}")
    except PromiseNotKept as failure:
        failure.add_note(scene.hub.log_tail(25))
        raise


def _replay_step(scene: Scene, step: Step, saved: dict[str, Any], where: str) -> None:
    until = time.monotonic() + step.eventually
    while True:
        facts = {**scene.facts, "publicUrl": scene.hub.public_url, **saved}
        outcome = _do(scene, step, facts)
        problems = _problems(step, outcome, facts)
        if not problems:
            break
        if time.monotonic() >= until:
            raise PromiseNotKept(f"{where}: " + "; ".join(problems))
        time.sleep(0.2)
    for name, path in step.save.items():
        try:
            saved[name] = look_up(outcome.content, path)
        except LookupError as error:
            raise PromiseNotKept(f"{where}: {error}") from error


def _do(scene: Scene, step: Step, facts: dict[str, Any]) -> Outcome:
    if step.act is not None:
        return Outcome(perform(scene, step.act, fill(step.args, facts)), None)
    if step.curl is not None:
        answer = curl.run(curl.as_typed(step.curl, facts))
    else:
        method, _, path = fill(step.request, facts).partition(" ")
        headers, body = fill(step.headers, facts), fill(step.body, facts)
        if step.auth == "bearer":
            answer = scene.hub.api(method, path, json=body, headers=headers)
        else:
            answer = send(method, scene.hub.base_url + path, headers=headers, json=body)
    return Outcome(_content(answer), answer)


def _content(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _problems(step: Step, outcome: Outcome, facts: dict[str, Any]) -> list[str]:
    problems: list[str] = []
    answer = outcome.answer
    if answer is not None:
        if (answer.status not in REDIRECTS) if step.status == "redirect" else answer.status != step.status:
            problems.append(f"answered {answer.status}, not {step.status}: {_error_code(outcome.content)}")
        if step.page is not None:
            problems += page_problems(step.page, answer.header("content-type"), answer.text)
    if step.response is not None:
        problems += mismatches(step.response, outcome.content)
    found = (problem(fill(check, facts), outcome.content) for check in step.checks)
    return problems + [one for one in found if one]


def _error_code(content: Any) -> str:
    """What an error answer says of itself; a successful answer is not shown, it may hold a secret."""
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        return "no error envelope"
    return f"{error.get('code')}: {error.get('message')}"
