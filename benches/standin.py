"""A stand-in for a provider of models, OpenAI-compatible, at MOCK_PORT on this machine. It needs aiohttp.

Its processor time is what the server's is compared with: all that can be made before a request is made before, and a stream is
a write for each token, as a real provider sends them."""
import functools, hashlib, itertools, json, math, os, struct, time

from aiohttp import web

CHAT, EMBEDDINGS = "mock-fast", "mock-embed"
TOKENS, DIMENSIONS = 200, 384
# A request holds up to a thousand passages.
LARGEST_BODY = 64 * 1024 * 1024

WORDS = "The key of the observatory lies in the blue cabinet beside the door and is lent to members who ask for it.".split()
TEXT = [word + " " for word in itertools.islice(itertools.cycle(WORDS), TOKENS)]
BEGUN = int(time.time())


def event(**fields):
    """A server-sent event of a stream, as bytes."""
    chunk = {"id": "chatcmpl-standin", "object": "chat.completion.chunk", "created": BEGUN, "model": CHAT, **fields}
    return f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n".encode()


def choice(delta, finish_reason=None):
    return [{"index": 0, "delta": delta, "finish_reason": finish_reason}]


START = event(choices=choice({"role": "assistant", "content": ""}))
EVENTS = [event(choices=choice({"content": token})) for token in TEXT]
STOP = event(choices=choice({}, "stop"))
DONE = b"data: [DONE]\n\n"


def answer(body, status=200):
    return web.Response(text=json.dumps(body, separators=(",", ":")), status=status, content_type="application/json")


def refusal(status, message):
    return answer({"error": {"message": message, "type": "invalid_request_error"}}, status)


def usage_of(messages):
    """As many tokens in the question as it has words."""
    prompt = sum(len(str(message.get("content") or "").split()) for message in messages)
    return {"prompt_tokens": prompt, "completion_tokens": TOKENS, "total_tokens": prompt + TOKENS}


async def models(_request):
    return answer({"object": "list", "data": [{"id": name, "object": "model", "created": BEGUN, "owned_by": "standin"} for name in (CHAT, EMBEDDINGS)]})


async def complete(request):
    body = await request.json()
    if body.get("model") != CHAT:
        return refusal(404, f"There is no model {body.get('model')}; chat has {CHAT}.")
    if not body.get("stream"):
        message = {"role": "assistant", "content": "".join(TEXT)}
        return answer({"id": "chatcmpl-standin", "object": "chat.completion", "created": BEGUN, "model": CHAT,
                       "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage_of(body["messages"])})
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await stream.prepare(request)
    await stream.write(START)
    for token in EVENTS:
        await stream.write(token)
    end = STOP
    if (body.get("stream_options") or {}).get("include_usage"):
        end += event(choices=[], usage=usage_of(body["messages"]))
    await stream.write(end + DONE)
    await stream.write_eof()
    return stream


@functools.cache
def places(word):
    """Where a word counts, and whether up or down: four numbers, which its hash chooses."""
    numbers = struct.unpack("<4I", hashlib.blake2b(word.encode(), digest_size=16).digest())
    return [(number % DIMENSIONS, 1.0 if number >> 31 else -1.0) for number in numbers]


def embed(text):
    """A hashed bag of words of length one."""
    vector = [0.0] * DIMENSIONS
    for word in text.lower().split():
        for place, weight in places(word):
            vector[place] += weight
    length = math.sqrt(sum(number * number for number in vector))
    if length == 0.0:
        vector[0] = length = 1.0
    return [round(number / length, 7) for number in vector]


async def embeddings(request):
    body = await request.json()
    if body.get("model") != EMBEDDINGS:
        return refusal(404, f"There is no model {body.get('model')}; embeddings have {EMBEDDINGS}.")
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    tokens = sum(len(text.split()) for text in texts)
    return answer({"object": "list", "model": EMBEDDINGS, "data": [{"object": "embedding", "index": index, "embedding": embed(text)} for index, text in enumerate(texts)],
                   "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})


def main():
    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_routes([web.get("/v1/models", models), web.post("/v1/chat/completions", complete), web.post("/v1/embeddings", embeddings)])
    web.run_app(app, host="127.0.0.1", port=int(os.environ["MOCK_PORT"]), print=None, access_log=None, shutdown_timeout=1)


if __name__ == "__main__":
    main()
