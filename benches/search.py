"""Time of hybrid search over 100,000 passages."""
import asyncio, json, random, statistics, subprocess, time, urllib.request, uuid

from lyceum import PG_BIN

CHUNKS, PER_DOCUMENT, TOPICS, VOCABULARY, DEPTH, TAKE = 100_000, 1_000, 500, 20_000, 100, 20
RUNS, WARM_UP = 100, 10
EMBEDDING_MODEL = "mock-embed"


class Library:
    """Passages of a synthetic language: each topic has its own words, common words are everywhere (Zipf)."""

    def __init__(self, seed=7):
        self.random = random.Random(seed)
        letters = "bcdfghklmnprstvz", "aeiou"
        word = lambda: "".join(self.random.choice(letters[i % 2]) for i in range(self.random.choice((6, 8, 10))))
        words = set()
        while len(words) < VOCABULARY:
            words.add(word())
        self.words = sorted(words)
        self.topics = [self.random.sample(self.words[200:], 120) for _ in range(TOPICS)]

    def text(self, words):
        topic = self.random.choice(self.topics)
        common = lambda: self.words[min(int(self.random.paretovariate(0.7)) - 1, 199)]
        return " ".join(self.random.choice(topic) if self.random.random() < 0.6 else common() for _ in range(words))


def vectors(provider, texts):
    """What the stand-in embedding model says of the texts."""
    body = json.dumps({"model": EMBEDDING_MODEL, "input": texts}).encode()
    request = urllib.request.Request(provider.url + "/v1/embeddings", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return [item["embedding"] for item in json.load(answer)["data"]]


def literal(vector):
    return "[" + ",".join(f"{number:.6g}" for number in vector) + "]"


class Psql:
    """One psql session, kept open, so that its runs and ours can take turns."""

    def __init__(self, lyceum):
        command, env = lyceum.psql_command("-At")
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def run(self, statement):
        """Lines that the statement printed, and the milliseconds psql counted."""
        self.process.stdin.write(f"\\timing on\n{statement.rstrip(';')};\n\\timing off\n\\echo :done:\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == ":done:\n":
                break
            lines.append(line.rstrip("\n"))
        took = [float(line.split()[1]) for line in lines if line.startswith("Time: ")]
        return [line for line in lines if line and not line.startswith("Time: ")], took[-1] if took else None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def vector_index(lyceum, dataset):
    """Name and definition of the index that holds the vectors of this dataset."""
    model = lyceum.psql("-At", "-c", f"SELECT embedding_model_id FROM datasets WHERE id = '{dataset}'").strip()
    name = "chunks_embedding_of_" + model.replace("-", "")
    return name, lyceum.psql("-At", "-c", f"SELECT pg_get_indexdef('{name}'::regclass)").strip()


def fill(lyceum, provider, library, team, user, dataset):
    """Documents and passages, written past the product: how they come in is another figure."""
    rows, documents = [], []
    for first in range(0, CHUNKS, PER_DOCUMENT):
        document = uuid.uuid4()
        documents.append(f"('{document}','{team}','{dataset}','part {first}.txt','text/plain',1,'','{document}','Ready',{PER_DOCUMENT},{PER_DOCUMENT},'{user}')")
        texts = [library.text(60) for _ in range(PER_DOCUMENT)]
        for position, (text, vector) in enumerate(zip(texts, vectors(provider, texts))):
            rows.append(f"{uuid.uuid4()}\t{team}\t{dataset}\t{document}\t{position}\t1\t1\t0\t1\t{text}\t{literal(vector)}")
    lyceum.psql(stdin="INSERT INTO documents (id, team_id, dataset_id, name, media_type, size_bytes, sha256, object_key, status, chunk_count, embedded_count, created_by) VALUES "
                + ",\n".join(documents) + ";\n")
    name, index = vector_index(lyceum, dataset)
    lyceum.psql(stdin=f"DROP INDEX {name};\nCOPY chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text, embedding) FROM STDIN;\n"
                + "\n".join(rows) + f"\n\\.\nSET maintenance_work_mem = '1GB';\n{index};\nVACUUM ANALYZE chunks;\n")


async def figures(person, provider, lyceum):
    library = Library()
    team, user = lyceum.psql("-At", "-F", " ", "-c", "SELECT team_id, user_id FROM memberships LIMIT 1").split()
    model = await person.call("models/add", model={
        "provider": "Stand-in embeddings", "kind": "OpenAI-compatible", "base_url": provider.url + "/v1", "api_key": "", "name": EMBEDDING_MODEL,
        "model_type": "Embeddings", "context_size": 512})
    dataset = (await person.call("datasets/create", dataset={
        "name": "Library", "description": "", "visibility": "Team", "embedding_model_id": model["id"]}))["id"]
    await asyncio.to_thread(fill, lyceum, provider, library, team, user, dataset)
    psql = Psql(lyceum)
    # The statement of the product, as the product's role and person.
    for setting in (f"app.team_id = '{team}'", f"app.user_id = '{user}'", "ROLE lyceum_app"):
        psql.run(f"SET {setting}")
    psql.run("PREPARE bare (uuid[], text, vector, integer, integer) AS SELECT chunk_id, document_id, dataset_id, document_name, page, heading, body, text_rank, vector_rank, score FROM search_chunks($1, $2, $3, $4, $5)")
    ours, bare, embedded = [], [], []
    for run in range(RUNS + WARM_UP):
        question = library.text(8)
        begun = time.perf_counter()
        vector = (await asyncio.to_thread(vectors, provider, [question]))[0]
        embedding = (time.perf_counter() - begun) * 1000
        _, took = await asyncio.to_thread(psql.run, f"EXECUTE bare ('{{{dataset}}}', '{question}', '{literal(vector)}', {DEPTH}, {TAKE})")
        begun = time.perf_counter()
        found = await person.call("datasets/search", id=dataset, question=question)
        mine = (time.perf_counter() - begun) * 1000
        assert len(found["chunks"]) == TAKE and not found["notice"], found
        if run >= WARM_UP:
            ours.append(mine)
            bare.append(took)
            embedded.append(embedding)
    ours, bare, embedded = (statistics.median(x) for x in (ours, bare, embedded))
    psql.close()
    return [
        ("hybrid search p50 at 100,000 passages × 384 ÷ its statement prepared in psql", ours / bare, 1.3,
         f"{ours:.1f} ms over HTTP, its question embedded by a provider included, against {bare:.1f} ms"),
    ]
