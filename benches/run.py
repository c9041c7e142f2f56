"""Measures every figure and writes benches/BENCHMARKS.md. `make bench` runs it on the release."""
import asyncio, contextlib, datetime, json, os, pathlib, platform, shutil, subprocess, tempfile, time

import aiohttp

import chat, embedding, recall, search, start
from lyceum import ROOT, Lyceum, Person, Provider

MODEL = "mock-fast"
# A team has a share of running answers; 32 at once come from several.
TEAMS = 8
# Idle means that nobody has asked for anything for this long.
IDLE_S = 15


class Figures(list):
    """Figures, told as they come: a later one may fail."""

    def __iadd__(self, more):
        for what, value, *_ in more:
            print(f"{what}: {value:.3g}", flush=True)
        return super().__iadd__(more)


def new_client():
    """A client with cookies of its own."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(limit=0))


async def server_figures(folder):
    script = os.environ.get("MOCKLLM") or str(ROOT / "benches/standin.py")
    provider = Provider(script)
    lyceum = Lyceum(folder, allow=f"127.0.0.1:{provider.port}")
    lyceum.start()
    figures = Figures()
    try:
        time.sleep(IDLE_S)
        idle = lyceum.resident_mb()
        async with contextlib.AsyncExitStack() as stack:
            session = await stack.enter_async_context(new_client())
            person = await Person(session, lyceum.url).sign_up()
            model = await person.call("models/add", model={
                "provider": "Stand-in", "kind": "OpenAI-compatible", "base_url": provider.url + "/v1", "api_key": "", "name": MODEL,
                "model_type": "LLM", "context_size": 32000})
            ratio, detail = await chat.first_delta(person, session, provider, lyceum, model["id"], MODEL)
            figures += [("`ask` to first delta at the client ÷ (provider's first delta + bare commit), median of 50", ratio, 2.0, detail)]
            people = [await Person(await stack.enter_async_context(new_client()), lyceum.url).sign_up() for _ in range(TEAMS)]
            ratio, detail = await chat.cpu_per_stream(people, provider, lyceum, model["id"])
            figures += [("server CPU ÷ provider CPU per 200-token stream, 32 at once", ratio, 4.0, detail)]
            cookie = next(f"{c.key}={c.value}" for c in session.cookie_jar if "session" in c.key)
            figures += await asyncio.to_thread(page_figures, lyceum, cookie)
            await load_embeddings(person)
            await asyncio.sleep(IDLE_S)
            loaded = lyceum.resident_mb()
            figures += await embedding.figures(person, lyceum)
            figures += await search.figures(person, provider, lyceum)
            figures += await recall.figures(person, lyceum)
        figures += [("resident memory of the server, idle, before the model is loaded (MB)", idle, 80, "")]
        figures += [("resident memory after the embedding model is loaded and used (MB)", loaded, 250, "")]
    finally:
        lyceum.stop()
        provider.stop()
    ratio, detail = start.start_ratio(folder)
    figures += [("start on a warm data folder to /readyz ÷ bare `pg_ctl -w start`", ratio, 1.5, detail)]
    return figures


def page_figures(lyceum, cookie):
    output = subprocess.run(["node", "benches/page.mjs", lyceum.url, cookie], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    page = json.loads(output)
    return [
        ("`/chat` signed in, cold: transferred (kB)", page["bytes"] / 1000, 600, ""),
        ("`/chat` signed in, cold: requests", page["requests"], 20, ""),
        ("`/chat` cold: time to hydrated ÷ first contentful paint", page["hydrated"] / page["paint"], 2.5, f"{page['hydrated']:.0f} ms against {page['paint']:.0f} ms"),
    ]


async def load_embeddings(person):
    """A search that needs the built-in model."""
    dataset = await person.call("datasets/create", dataset={"name": "Bench", "description": "", "visibility": "Private", "embedding_model_id": None})
    form = aiohttp.FormData()
    form.add_field("file", b"The spare key lies in the blue cabinet. " * 400, filename="bench.txt", content_type="text/plain")
    async with person.session.post(f"{person.url}/api/datasets/{dataset['id']}/documents", data=form, headers=person.headers) as answer:
        assert answer.status == 200, await answer.text()
    for _ in range(600):
        documents = await person.call("datasets/documents", id=dataset["id"], page={"index": 0, "size": 50})
        if all(document["status"] == "Ready" for document in documents["items"]):
            return
        await asyncio.sleep(0.1)
    raise SystemExit("the document did not become ready")


def write(figures):
    lines = ["# Benchmarks", "", "Written by `make bench`: the release build on one machine, each figure a ratio or a size so that a noisy machine matters little.",
             f"Last run: {datetime.date.today()} on {os.cpu_count()} cores, {platform.machine()}.", "",
             "| what | reach | measured | | detail |", "| --- | --- | --- | --- | --- |"]
    for what, value, reach, detail in figures:
        is_floor = "recall" in what
        met = value >= reach if is_floor else value <= reach
        lines.append(f"| {what} | {'≥' if is_floor else '≤'} {reach:g} | {value:.3g} | {'met' if met else 'missed'} | {detail} |")
    lines += ["", (ROOT / "benches/HOW.md").read_text().rstrip(), ""]
    (ROOT / "benches/BENCHMARKS.md").write_text("\n".join(lines))
    print("\n".join(lines))


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lyceum-bench."))
    folder.chmod(0o755)
    try:
        figures = asyncio.run(server_figures(folder / "data"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    write(figures)


if __name__ == "__main__":
    main()
