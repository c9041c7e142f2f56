"""Chat: time to the first delta, and processor time per stream."""
import asyncio, json, statistics, time, uuid

from lyceum import cpu_seconds, psql_times_ms

RUNS, WARM_UP, CONCURRENCY, STREAMS = 50, 5, 32, 320

# The rows that `ask` commits, as one bare transaction.
COMMIT = """
\\timing on
BEGIN \\; INSERT INTO conversations (id, team_id, user_id, title) VALUES ('{c}', '{team}', '{user}', 'bench')
 \\; INSERT INTO messages (id, team_id, conversation_id, position, role, status, content) VALUES ('{q}', '{team}', '{c}', 1, 'User', 'Success', 'Say the text.')
 \\; INSERT INTO messages (id, team_id, conversation_id, position, role, status, model_id) VALUES ('{a}', '{team}', '{c}', 2, 'Assistant', 'Pending', '{model}')
 \\; INSERT INTO generations (id, team_id, user_id, conversation_id, message_id, model_id, lease_expires_at) VALUES ('{g}', '{team}', '{user}', '{c}', '{a}', '{model}', now() + interval '60 s')
 \\; COMMIT;
\\timing off
"""


async def provider_first_delta(session, provider, model):
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Say the text."}]}
    begun = time.perf_counter()
    async with session.post(provider.url + "/v1/chat/completions", json=body) as answer:
        async for line in answer.content:
            if line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                first = time.perf_counter() - begun
                await answer.read()
                return first


async def ask(person, model):
    asked = await person.call("chat/ask", question={"conversation_id": None, "prompt_id": None, "model_id": model, "text": "Say the text."})
    return asked["answer"]["generation_id"]


async def first_delta(person, session, provider, lyceum, model_id, model):
    """Ratio of our time from `ask` to the first delta to provider + bare commit: medians of interleaved runs."""
    owner = lyceum.psql("-At", "-F", " ", "-c", "SELECT team_id, user_id FROM memberships LIMIT 1").split()
    ours, provided, script = [], [], []
    for run in range(RUNS + WARM_UP):
        begun = time.perf_counter()
        first, _ = await person.follow(await ask(person, model_id))
        mine = first - begun
        theirs = await provider_first_delta(session, provider, model)
        ids = {key: uuid.uuid4() for key in "cqag"}
        script.append(COMMIT.format(team=owner[0], user=owner[1], model=model_id, **ids))
        if run >= WARM_UP:
            ours.append(mine * 1000)
            provided.append(theirs * 1000)
    commits = psql_times_ms(lyceum.psql(stdin="".join(script)))[WARM_UP:]
    ours, provided, commit = (statistics.median(x) for x in (ours, provided, commits))
    return ours / (provided + commit), f"{ours:.1f} ms against {provided:.1f} + {commit:.1f} ms"


async def cpu_per_stream(people, provider, lyceum, model_id):
    """Ratio of the server's processor time per 200-token stream to the provider's own, 32 at once, of people in teams of their own."""
    left = iter(range(STREAMS))

    async def worker(person):
        for _ in left:
            await person.follow(await ask(person, model_id))

    before = cpu_seconds(lyceum.process.pid), cpu_seconds(provider.process.pid)
    await asyncio.gather(*(worker(people[number % len(people)]) for number in range(CONCURRENCY)))
    after = cpu_seconds(lyceum.process.pid), cpu_seconds(provider.process.pid)
    ours, theirs = ((a - b) * 1000 / STREAMS for a, b in zip(after, before))
    return ours / theirs, f"{ours:.2f} ms against {theirs:.2f} ms of processor time a stream"
