"""The official OpenAI client against the sandbox: python sdk_openai.py http://127.0.0.1:PORT"""

import base64
import sys

import openai

BASE = sys.argv[1].rstrip("/")
client = openai.OpenAI(api_key="sk-sandbox", base_url=BASE + "/openai/v1", max_retries=0)

passed = 0


def check(name, condition):
    global passed
    if not condition:
        sys.exit(f"sdk openai: {name} failed")
    passed += 1


# Generate.
answer = client.images.generate(
    model="gpt-image-2.6-flare", prompt="a cat in a window", size="1024x1024", quality="low", n=2
)
check("two pictures were asked for", len(answer.data) == 2)
png = base64.b64decode(answer.data[0].b64_json)
check("the picture is a PNG", png[:8] == b"\x89PNG\r\n\x1a\n")
check("the size is told", answer.size == "1024x1024")
check("the usage adds up", answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens)
raw = client.images.with_raw_response.generate(
    model="gpt-image-2.6-sunburst", prompt="a cat", output_format="webp", size="1536x1024"
)
check("the answer carries a request id", raw.headers["x-request-id"].startswith("req_"))
webp = base64.b64decode(raw.parse().data[0].b64_json)
check("the picture is a WebP", webp[8:12] == b"WEBP")

# Stream.
events = list(
    client.images.generate(
        model="gpt-image-2.6-flare", prompt="a river", stream=True, partial_images=2
    )
)
kinds = [event.type for event in events]
check(
    "partial pictures come first",
    kinds == ["image_generation.partial_image"] * 2 + ["image_generation.completed"],
)
check("partials are numbered", [event.partial_image_index for event in events[:2]] == [0, 1])
check("the last event has the usage", events[-1].usage.output_tokens > 0)

# Edit: what was sent is seen in the answer.
edited = client.images.edit(
    model="gpt-image-2.6-flare",
    image=[("one.png", png, "image/png"), ("two.png", png, "image/png")],
    prompt="with a hat",
)
hat = base64.b64decode(edited.data[0].b64_json)
check("an edit gives a picture", hat[1:4] == b"PNG")
check("it is another picture", hat != png)

# Abort: the client hangs up, and the sandbox goes on serving.
try:
    client.with_options(timeout=0.5).images.generate(
        model="gpt-image-2.6-flare", prompt="fog [sandbox:stuck]"
    )
    check("a stuck request is given up", False)
except openai.APITimeoutError:
    check("a stuck request is given up", True)
check("models are still listed", "gpt-image-2.6-flare" in [model.id for model in client.models.list()])

# Errors.
def refused(kind, **arguments):
    try:
        client.images.generate(**arguments)
    except kind as error:
        return error
    return None


error = refused(openai.BadRequestError, model="gpt-image-2", prompt="x [sandbox:refuse]")
check("a refusal has its code", error is not None and error.code == "moderation_blocked")
error = refused(openai.BadRequestError, model="gpt-image-2", prompt="x", size="17x17")
check("a wrong size is named", error is not None and error.param == "size")
error = refused(openai.NotFoundError, model="dall-e-3", prompt="x")
check("a retired model is gone", error is not None and error.code == "model_not_found")
error = refused(openai.RateLimitError, model="gpt-image-2", prompt="x [sandbox:broke]")
check("an empty account has its code", error is not None and error.code == "insufficient_quota")

print(f"sdk openai: {passed} checks passed")
