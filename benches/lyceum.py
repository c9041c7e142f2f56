"""A running Lyceum, its Postgres and the stand-in provider, as the figures need them."""
import asyncio, json, os, pathlib, re, shutil, signal, socket, subprocess, sys, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target/release/lyceum"
PG_BIN = pathlib.Path(os.environ["LYCEUM_POSTGRES_DIR"]) / "bin"
TICKS = os.sysconf("SC_CLK_TCK")
PASSWORD = "correct horse battery staple 9"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url, seconds=60, pause=0.002):
    """Polls until the address answers 200; returns the moment (perf_counter)."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return time.perf_counter()
        except OSError:
            pass
        time.sleep(pause)
    raise SystemExit(f"{url} did not answer")


class Provider:
    """The stand-in provider of language models."""

    def __init__(self, script):
        self.port = free_port()
        env = dict(os.environ, MOCK_PORT=str(self.port))
        self.process = subprocess.Popen([sys.executable, script], env=env)
        self.url = f"http://127.0.0.1:{self.port}"
        wait_for(self.url + "/v1/models")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Lyceum:
    """The release on a data folder of its own, with the embedded Postgres at its ordinary settings."""

    def __init__(self, folder, allow=""):
        self.folder, self.allow, self.process = pathlib.Path(folder), allow, None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        """Starts it and returns the seconds until /readyz answers 200."""
        env = dict(os.environ, LYCEUM_DATA_DIR=str(self.folder), LYCEUM_LISTEN_ADDR=f"127.0.0.1:{self.port}",
                   LYCEUM_EGRESS_ALLOW=self.allow, LYCEUM_SIGN_UP="open", LYCEUM_LOG="warn")
        env.pop("DATABASE_URL", None)
        begun = time.perf_counter()
        self.process = subprocess.Popen([str(BINARY)], env=env)
        return wait_for(self.url + "/readyz") - begun

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def resident_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1000

    def psql_command(self, *arguments):
        """The command and environment of a psql session as the owner of the database."""
        password = (self.folder / "postgres_password").read_text().strip()
        command = [str(PG_BIN / "psql"), "-h", str(self.folder / "postgres"), "-U", "lyceum", "-d", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1", *arguments]
        return command, dict(os.environ, PGPASSWORD=password)

    def psql(self, *arguments, stdin=None):
        command, env = self.psql_command(*arguments)
        return subprocess.run(command, env=env, input=stdin, text=True, stdout=subprocess.PIPE, check=True).stdout


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def psql_times_ms(output):
    return [float(ms) for ms in re.findall(r"Time: ([\d.]+) ms", output)]


class Person:
    """A signed-in client that speaks to the server functions."""

    def __init__(self, session, url):
        self.session, self.url = session, url
        self.headers = {"Origin": url, "Accept": "application/json"}

    async def sign_up(self):
        form = {"first_name": "Bench", "last_name": "", "email": f"bench{time.time_ns()}@example.org", "password": PASSWORD}
        async with self.session.post(self.url + "/sign-up", data=form, headers={"Origin": self.url}, allow_redirects=False) as answer:
            assert answer.status == 303, (answer.status, await answer.text())
        return self

    async def call(self, name, **arguments):
        async with self.session.post(f"{self.url}/api/{name}", json=arguments, headers=self.headers) as answer:
            assert answer.status == 200, (name, answer.status, await answer.text())
            return await answer.json()

    async def follow(self, generation, until_first=False):
        """Reads the events; returns the moment of the first delta, and of the end."""
        first, kind = None, None
        async with self.session.get(f"{self.url}/api/generations/{generation}/events", headers=self.headers) as answer:
            assert answer.status == 200, answer.status
            async for line in answer.content:
                if not line.startswith(b"data:"):
                    continue
                kind = json.loads(line[5:]).get("type")
                if kind == "Delta" and first is None:
                    first = time.perf_counter()
                    if until_first:
                        return first, None
                if kind in ("Finished", "Stopped", "Failed", "Interrupted"):
                    break
        assert kind == "Finished", kind
        return first, time.perf_counter()
