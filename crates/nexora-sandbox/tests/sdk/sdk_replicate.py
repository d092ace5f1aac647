"""The official Replicate client against the sandbox: python sdk_replicate.py http://127.0.0.1:PORT"""

import io
import sys

import httpx
import replicate
from replicate.exceptions import ModelError, ReplicateError

BASE = sys.argv[1].rstrip("/")
MODEL = "black-forest-labs/flux-schnell"
client = replicate.Client(api_token="sandbox", base_url=BASE + "/replicate")

passed = 0


def check(name, condition):
    global passed
    if not condition:
        sys.exit(f"sdk replicate: {name} failed")
    passed += 1


# Create, wait, read, download.
prediction = client.models.predictions.create(
    model=MODEL, input={"prompt": "a red fox", "num_outputs": 2, "megapixels": "0.25"}
)
check("a prediction starts", prediction.status == "starting")
prediction.wait()
check("it succeeds", prediction.status == "succeeded")
check("two outputs were asked for", len(prediction.output) == 2)
check("the progress is read from the log", prediction.progress.percentage == 1.0)
webp = httpx.get(prediction.output[0], timeout=60)
check("the picture is a WebP", webp.content[8:12] == b"WEBP")

# Run by model and by version.
version = client.models.get(MODEL).latest_version
check("the model tells its fields", "prompt" in version.openapi_schema["components"]["schemas"]["Input"]["properties"])
output = client.run(MODEL, input={"prompt": "a tea house", "megapixels": "0.25"})
check("run gives the outputs", len(output) == 1)
by_version = client.predictions.create(version=version.id, input={"prompt": "a river"})
check("a version can be run", client.predictions.get(by_version.id).id == by_version.id)

# List.
listed = client.predictions.list()
check("the newest comes first", listed.results[0].id == by_version.id)
check("the input is kept", listed.results[0].input == {"prompt": "a river"})

# Cancel.
doomed = client.models.predictions.create(model=MODEL, input={"prompt": "fog [sandbox:stuck]"})
doomed.cancel()
doomed.reload()
check("a canceled prediction stays canceled", doomed.status == "canceled")

# Upload.
upload = client.files.create(io.BytesIO(b"some bytes"))
check("an upload is listed", client.files.get(upload.id).size == 10)
client.files.delete(upload.id)

# A picture begins to move.
frame = client.files.create(io.BytesIO(webp.content))
moving = client.models.predictions.create(
    model="runwayml/gen-4.5",
    input={"prompt": "it begins to move", "image": frame.urls["get"], "duration": 5},
)
moving.wait()
check("a picture moves", moving.status == "succeeded")
check("the clip is an MP4", httpx.get(moving.output, timeout=120).content[4:8] == b"ftyp")

# The webhook secret.
secret = client.webhooks.default.secret()
check("the webhook secret has its form", secret.key.startswith("whsec_"))

# Errors.
try:
    client.run(MODEL, input={"prompt": "x [sandbox:nsfw]"})
    check("a flagged picture is an error", False)
except ModelError as error:
    check("a flagged picture is an error", str(error).startswith("NSFW content detected"))
try:
    client.models.predictions.create(model=MODEL, input={"prompt": "x", "num_outputs": 9})
    check("a wrong value is refused", False)
except ReplicateError as error:
    check("a wrong value is refused", error.status == 422 and "num_outputs" in error.detail)
try:
    client.models.predictions.create(model=MODEL, input={"prompt": "x [sandbox:broke]"})
    check("an empty account is refused", False)
except ReplicateError as error:
    check("an empty account is refused", error.title == "Insufficient credit")

print(f"sdk replicate: {passed} checks passed")
