"""Start and memory."""
import os, pathlib, statistics, subprocess, time

from lyceum import PG_BIN, Lyceum

RUNS = 9


def as_other_user(command):
    if os.getuid() == 0:
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    return command


def bare_start(folder):
    """Seconds of `pg_ctl -w start` on the same folder."""
    cluster = folder / "postgres"
    control = lambda *words: subprocess.run(as_other_user([str(PG_BIN / "pg_ctl"), "-D", str(cluster), "-s", "-w", *words]),
                                            check=True, cwd="/", stdout=subprocess.DEVNULL)
    begun = time.perf_counter()
    control("-l", "/dev/null", "-o", f"-c unix_socket_directories={cluster} -c listen_addresses=", "start")
    took = time.perf_counter() - begun
    control("-m", "fast", "stop")
    return took


def start_ratio(folder):
    """Ratio of our start to /readyz on a warm data folder to a bare start of its Postgres: medians of interleaved runs."""
    ours, bare = [], []
    for _ in range(RUNS):
        lyceum = Lyceum(folder)
        ours.append(lyceum.start())
        lyceum.stop()
        bare.append(bare_start(folder))
    ours, bare = statistics.median(ours), statistics.median(bare)
    return ours / bare, f"{ours * 1000:.0f} ms against {bare * 1000:.0f} ms"
