"""Recall of the vector arm over 100,000 vectors of the built-in model's geometry."""
import asyncio, os, pathlib, random, re, statistics

import aiohttp

from search import Psql, vector_index

PASSAGES, VECTORS, QUESTIONS, DEPTH = 2_000, 100_000, 100, 100
# A graph depends on the levels that are drawn and on what two workers insert at once: from one to the next a few questions in a hundred
# lose half of their hits or find them again.
GRAPHS = 3
# Vectors are single precision: nearer than this is equally near.
TIE = 1e-6


def paragraphs():
    """Prose of the documentation that comes with the libraries Lyceum is built from, in an order of its own."""
    sources = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")) / "registry/src"
    found = {}
    for file in sorted(sources.glob("*/*/*.md")):
        text = re.sub(r"```.*?```", "", file.read_text(errors="ignore"), flags=re.S)
        for paragraph in text.split("\n\n"):
            words = " ".join(re.sub(r"https?://\S+|[#>*`|\[\]()]", " ", paragraph).split())
            if 200 <= len(words) <= 900:
                found.setdefault(words)
    texts = list(found)
    random.Random(5).shuffle(texts)
    assert len(texts) > PASSAGES, f"only {len(texts)} paragraphs"
    return texts


async def upload(person, name, files):
    """A dataset of these texts, a file each, once all of them are embedded."""
    dataset = (await person.call("datasets/create", dataset={"name": name, "description": "", "visibility": "Private", "embedding_model_id": None}))["id"]
    for number, text in enumerate(files):
        form = aiohttp.FormData()
        form.add_field("file", text.encode(), filename=f"{number}.txt", content_type="text/plain")
        async with person.session.post(f"{person.url}/api/datasets/{dataset}/documents", data=form, headers=person.headers) as answer:
            assert answer.status == 200, await answer.text()
    return dataset


async def wait_until_ready(psql, dataset):
    while True:
        left, _ = await asyncio.to_thread(psql.run, f"SELECT count(*) FROM documents WHERE dataset_id = '{dataset}' AND status NOT IN ('Ready', 'Failed')")
        if left == ["0"]:
            return
        await asyncio.sleep(0.5)


def multiply(lyceum, dataset):
    """Between each passage and random others more are put, as near to it as a passage on the same subject, until there are enough."""
    name, index = vector_index(lyceum, dataset)
    lyceum.psql(stdin=f"""
        DROP INDEX {name};
        SELECT setseed(0.5);
        CREATE TEMP TABLE real AS SELECT row_number() OVER (ORDER BY id) AS n, c.* FROM chunks c WHERE dataset_id = '{dataset}' AND embedding IS NOT NULL;
        INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text, embedding)
        SELECT gen_random_uuid(), a.team_id, a.dataset_id, a.document_id, 1000000 + step.n, 1, 1, 0, 1, '',
               l2_normalize(a.embedding * array_fill(0.7::real, ARRAY[384])::vector + b.embedding * array_fill(0.2::real, ARRAY[384])::vector
                            + c.embedding * array_fill(0.1::real, ARRAY[384])::vector)
        FROM (SELECT n, 1 + floor(random() * size)::bigint AS a, 1 + floor(random() * size)::bigint AS b, 1 + floor(random() * size)::bigint AS c
              FROM (SELECT count(*) AS size FROM real) AS s, generate_series(1, {VECTORS} - (SELECT count(*) FROM real)) AS n) AS step
        JOIN real a ON a.n = step.a JOIN real b ON b.n = step.b JOIN real c ON c.n = step.c;
        SET maintenance_work_mem = '1GB';
        {index};
        VACUUM ANALYZE chunks;
    """)


def build_again(lyceum, dataset):
    """The same vectors in a graph of another draw."""
    name, _ = vector_index(lyceum, dataset)
    lyceum.psql(stdin=f"SET maintenance_work_mem = '1GB'; REINDEX INDEX {name};")


async def figures(person, lyceum):
    texts = paragraphs()
    psql = Psql(lyceum)
    # A file of fifty paragraphs each; questions are the first words of paragraphs that are in none of them.
    library = await upload(person, "Recall", ["\n\n".join(texts[first:first + 50]) for first in range(0, PASSAGES, 50)])
    asked = await upload(person, "Questions", [" ".join(text.split()[:12]) for text in texts[PASSAGES:PASSAGES + QUESTIONS]])
    for dataset in (library, asked):
        await wait_until_ready(psql, dataset)
    questions, _ = psql.run(f"SELECT embedding FROM chunks WHERE dataset_id = '{asked}' AND embedding IS NOT NULL")
    await person.call("datasets/delete", id=asked)
    await asyncio.to_thread(multiply, lyceum, library)
    shares = [recall_at_10(psql, library, questions)]
    while len(shares) < GRAPHS:
        await asyncio.to_thread(build_again, lyceum, library)
        shares.append(recall_at_10(psql, library, questions))
    psql.close()
    detail = f"{len(questions)} questions over {VECTORS:,} vectors; {GRAPHS} graphs: {', '.join(f'{share:.3f}' for share in shares)}"
    return [("recall@10 of the vector arm against exact search", statistics.median(shares), 0.98, detail)]


def recall_at_10(psql, dataset, questions):
    """Share of the first ten of the vector arm that are as near as the exact tenth. Distances count and not ids: passages that
    are equally near are equally right (the definition of ann-benchmarks)."""
    numbers = lambda lines: [float(line) for line in lines if re.fullmatch(r"[-+.\de]+", line)]
    hits = 0
    for vector in questions:
        exact, _ = psql.run(f"BEGIN; SET LOCAL enable_indexscan = off; SELECT embedding <=> '{vector}' AS far FROM chunks WHERE dataset_id = '{dataset}' ORDER BY far LIMIT 10; COMMIT")
        found, _ = psql.run(f"SELECT embedding <=> '{vector}' FROM chunks JOIN (SELECT unnest(search_vectors('{{{dataset}}}', '{vector}', {DEPTH}, {VECTORS})) AS id LIMIT 10) AS hits USING (id)")
        exact, found = numbers(exact), numbers(found)
        assert len(exact) == len(found) == 10, (exact, found)
        hits += sum(far <= max(exact) + TIE for far in found)
    return hits / (10 * len(questions))
