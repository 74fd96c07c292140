"""What must hold: at each start, at each question, and at the end of a history."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise

from tests.model.world import Declared, Job, World


def judge_start(
    world: World, job: Job, *, read_journal: Callable[[], Mapping[str, str]], answered: Collection[str]
) -> None:
    """
    One start request a job, for a file that has arrived, beside nothing that this machine could know to be at work.

    A known limit: nothing that a machine can read names a job of another ingest, or one that 0.1.0 left behind, if it
    was started on another machine.

    Args:
        read_journal: Gives, by job id, the words in the journal of the machine that starts it.
        answered: Jobs about which the stack's config has an answer.
    """
    if job.posts > 1:
        world.violate("a second start request for a job")
    if not job.is_uploaded:
        world.violate("a job is started whose file has not arrived")
    others = world.others_at_work(job)
    if not others or world.is_misled:
        return
    world.say(f"    [beside {', '.join(one.name for one in others)}]")
    journal = read_journal()
    unknown = [one for one in others if one.id not in journal]
    if any(one.is_of_0_1_0 or one.declared.ingest != job.declared.ingest for one in unknown):
        world.is_blind = True
    elif "Append" in {one.declared.operation for one in (job, *others)}:
        world.violate("an Append runs beside another job")
    elif any(journal.get(one.id) == "started" and one.id not in answered for one in others):
        world.violate("a job runs beside one that this machine knows to be at work")
    elif any(one.keeps_its_time for one in others):
        world.violate("a job runs beside one that kept within its usual time")


def judge_question(
    world: World, job_id: str, *, recorded: Collection[object], never_sent: Collection[str], answered: Collection[str]
) -> None:
    """
    A person is asked about nothing that could be known.

    Args:
        recorded: The jobs that the states of the ingests show as done.
        never_sent: Jobs whose start request this very `up` failed to send, before its first byte.
        answered: Jobs about which the stack's config has an answer.
    """
    if job_id in recorded:
        world.violate("asks about a job that the state shows as done")
    if job_id in never_sent:
        world.violate("asks about a job whose start request surely never left")
    if job_id in answered:
        world.violate("asks again about a job that was answered")


def judge_rows(world: World, declared: Mapping[tuple[int, str], Sequence[Declared]], last: Sequence[Declared]) -> None:
    """
    Each dataset has what was declared: Appends in order and once, and what was declared last at the end.

    Args:
        declared: By ingest and dataset, what was declared in its course.
        last: By ingest, what is declared now.
    """
    for (ingest, dataset), wanted in declared.items():
        took = [one for _, one in world.effects if (one.ingest, one.dataset) == (ingest, dataset)]
        if any(a == b and a.operation == "Append" for a, b in pairwise(took)):
            world.violate("rows of an Append are there twice")
        if all(one.operation == "Append" for one in wanted) and not _is_within(took, wanted):
            world.violate("rows of an Append are not there in the order declared, or more often than declared")
        if last[ingest].dataset == dataset and (not took or took[-1] != wanted[-1]):
            world.violate("what was declared last is not what took effect last")
    if len(last) > 1 and last[0].operation == "Overwrite":
        _judge_followers(world, last)


def _is_within(took: Sequence[Declared], wanted: Sequence[Declared]) -> bool:
    rest = iter(wanted)
    return all(any(one == other for other in rest) for one in took)


def _judge_followers(world: World, last: Sequence[Declared]) -> None:
    held = world.rows(last[0].dataset)
    of_each = [[content for content in held if content[0] == str(one.ingest)][-1:] for one in last]
    if held[:1] != [last[0].content] or of_each != [[one.content] for one in last]:
        world.say(f"    [{last[0].dataset} holds {', '.join(held)}]")
        world.violate("a dataset does not hold the rows of an Overwrite and of each ingest after it")
