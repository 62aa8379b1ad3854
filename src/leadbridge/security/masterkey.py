"""Replacing a master key that is in a file, while the hub runs.

    the new key goes first into the file, the old ones stay behind it  ->  every data key is wrapped by the new one
    ->  after 60 s once more, for what was being wrapped meanwhile  ->  the old keys leave the file

A process looks at the file before it wraps anything, and when it meets a key it does not know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.keys import (
    FileKeyProvider,
    LocalKeyProvider,
    StoredKeyProvider,
    read_master_keys,
    replace_master_keys,
)
from leadbridge.security.rotation import RESEAL_AFTER, KeyRotation, Told


async def rotate_master(
    provider: FileKeyProvider | StoredKeyProvider,
    new_file: Path,
    rotation: KeyRotation,
    clock: Clock,
    *,
    also: Callable[[], Awaitable[int]],
    told: Told,
    wait: bool = True,
) -> int:
    """Make the key in ``new_file`` the master key and return how many data keys were wrapped by it.

    ``also`` wraps what stands outside the store. The old keys are kept beside the file, each in one of its own, since
    backups made until now need them. Cut off, or told not to ``wait``, it is completed by being called again. Raises
    ``StartRefused`` for a file that cannot be used.
    """
    wanted = read_master_keys(new_file)
    if len(wanted) != 1:
        raise InvalidInput(f"The file {new_file} must hold one key.", hint="Make one: head -c 32 /dev/urandom | base64")
    new, held = wanted[0], read_master_keys(provider.path)
    if held[0] != new:
        replace_master_keys(provider.path, (new, *(key for key in held if key != new)))
        held = read_master_keys(provider.path)
    target = LocalKeyProvider(new)
    told(f"master key {target.key_id} is first in {provider.path.name}")
    done = await rotation.rewrap(target)
    told(f"data keys wrapped by it: {done}")
    told(f"hash keys written to the erasure journal: {await also()}")
    if len(held) == 1:
        return done
    left = RESEAL_AFTER.total_seconds() - _age(provider.path, clock)
    if left > 0 and not wait:
        told("not done yet: the old key stays in the file; give the command again in a minute")
        return done
    if left > 0:
        told(f"waiting {left:.0f} s until every process knows the new key")
        await clock.sleep(left)
    done += await rotation.rewrap(target)
    for old in held[1:]:
        beside = provider.path.with_name(f"{provider.path.name}.{LocalKeyProvider(old).key_id.replace(':', '-')}")
        replace_master_keys(beside, [old])
        told(f"the old key is in {beside.name}: backups made until now need it; delete it with the last of them")
    replace_master_keys(provider.path, [new])
    told("done")
    return done


def _age(path: Path, clock: Clock) -> float:
    """Return the seconds since the file was changed."""
    return clock.now().timestamp() - path.stat().st_mtime
