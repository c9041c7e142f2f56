"""Embedding through the job queue, against the model alone."""
import asyncio, json, os, pathlib, random, re, subprocess, time

import aiohttp

from lyceum import ROOT
from search import Psql

CHUNKS, SENTENCES, SENTENCE_CHARS = 300, 10, 98


def paragraphs():
    """Passages of about 1,000 characters: sentences of the words of the licence."""
    words = re.findall(r"[a-z]{2,}", (ROOT / "LICENSE").read_text())
    chance = random.Random(3)

    def sentence():
        text = chance.choice(words).capitalize()
        while len(text) < SENTENCE_CHARS - 12:
            text += " " + chance.choice(words)
        return text + "."

    return [" ".join(sentence() for _ in range(SENTENCES)) for _ in range(CHUNKS)]


def build():
    """The program with candle alone. Naming the server as well gives its dependencies the features they have in the release, so that
    none is compiled again."""
    command = ["cargo", "build", "--release", "--package", "server", "--package", "embedding-alone", "--bin", "embedding-alone", "--message-format", "json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(m["executable"] for m in messages if m.get("executable"))


async def figures(person, lyceum):
    bare = build()
    dataset = (await person.call("datasets/create", dataset={
        "name": "Embedding", "description": "", "visibility": "Private", "embedding_model_id": None}))["id"]
    form = aiohttp.FormData()
    form.add_field("file", "\n\n".join(paragraphs()).encode(), filename="licence.txt", content_type="text/plain")
    async with person.session.post(f"{person.url}/api/datasets/{dataset}/documents", data=form, headers=person.headers) as answer:
        assert answer.status == 200, await answer.text()
    psql = Psql(lyceum)
    status = lambda: psql.run(f"SELECT status FROM documents WHERE dataset_id = '{dataset}'")[0][0]
    begun = None
    while True:
        now = await asyncio.to_thread(status)
        if begun is None and now in ("Embedding", "Ready"):
            begun = time.perf_counter()
        if now in ("Ready", "Failed"):
            break
        await asyncio.sleep(0.02)
    ours = time.perf_counter() - begun
    texts, _ = psql.run(f"SELECT to_json(text) FROM chunks WHERE dataset_id = '{dataset}' AND embedding IS NOT NULL")
    psql.close()
    assert CHUNKS * 0.95 <= len(texts) <= CHUNKS * 1.1, f"{len(texts)} passages"
    folder = pathlib.Path(os.environ["LYCEUM_MODELS_DIR"]) / "all-MiniLM-L6-v2"
    alone = float(subprocess.run([bare, str(folder)], input="[" + ",".join(texts) + "]", check=True, stdout=subprocess.PIPE, text=True).stdout)
    length = sum(len(json.loads(text)) for text in texts) / len(texts)
    return [("embedding 300 passages through the job queue ÷ candle alone with the same texts", ours / alone, 1.15,
             f"{len(texts) / ours:.1f} against {len(texts) / alone:.1f} passages a second, {length:.0f} characters each")]
