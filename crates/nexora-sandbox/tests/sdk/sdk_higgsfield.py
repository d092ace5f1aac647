"""The official Higgsfield client against the sandbox: python sdk_higgsfield.py http://127.0.0.1:PORT"""

import sys

import higgsfield_client.http.client as http
import httpx
from higgsfield_client import Cancelled, Completed, HiggsfieldClientError, NSFW, Queued, SyncClient

BASE = sys.argv[1].rstrip("/") + "/hf"
# Questions by request id go to a constant of the module.
http.BASE_URL = BASE
client = SyncClient(base_url=BASE, api_key="sandbox-id:sandbox-secret")

SOUL = "higgsfield-ai/soul/v2/standard"
CINEMA = "higgsfield/cinema-studio/4.0"
passed = 0


def check(name, condition):
    global passed
    if not condition:
        sys.exit(f"sdk higgsfield: {name} failed")
    passed += 1


# Submit, follow, read, download.
request = client.submit(SOUL, {"prompt": "a red fox", "batch_size": 4, "aspect_ratio": "16:9"})
check("a submit gives a request id", len(request.request_id) == 36)
statuses = list(request.poll_request_status(delay=0.05))
check("it ends with completed", isinstance(statuses[-1], Completed))
stills = request.get()["images"]
check("four stills were asked for", len(stills) == 4)
png = httpx.get(stills[0]["url"], timeout=60)
check("a still is a PNG", png.content[1:4] == b"PNG")

# The same in one call, and by request id as after a restart.
clip = client.subscribe(CINEMA, {"prompt": "a river", "duration": 4, "camera_movement": "crane-up"})
movie = httpx.get(clip["video"]["url"], timeout=120)
check("a clip is an MP4", movie.content[4:8] == b"ftyp")
check("a request can be found again", isinstance(client.status(request.request_id), Completed))

# Upload, then animate.
address = client.upload(png.content, "image/png")
check("an upload comes back", httpx.get(address).content == png.content)
motions = [{"id": "3ec247ed-063d-476d-8266-48829c2eced6", "strength": 0.8}]
moving = client.subscribe(
    "higgsfield-ai/dop/turbo", {"prompt": "x", "image_url": address, "motions": motions}
)
check("a picture moves", moving["status"] == "completed")
moved = httpx.get(moving["video"]["url"], timeout=120)
check("its clip is an MP4", moved.content[4:8] == b"ftyp")

# Cancel.
doomed = client.submit(CINEMA, {"prompt": "fog [sandbox:stuck]"})
check("it waits in the queue", isinstance(doomed.status(), Queued))
doomed.cancel()
check("a canceled request stays canceled", isinstance(doomed.status(), Cancelled))

# Refusals and errors.
refused = client.submit(CINEMA, {"prompt": "x [sandbox:nsfw]"})
check("a flagged request says so", isinstance(refused.status(), NSFW))
for name, order, words in [
    ("a wrong value is refused", {"prompt": "x", "duration": 3}, "greater than"),
    ("an empty account is refused", {"prompt": "x [sandbox:broke]"}, "Not enough credits"),
    ("a full account is refused", {"prompt": "x [sandbox:busy]"}, "concurrent requests"),
]:
    try:
        client.submit(CINEMA, order)
        check(name, False)
    except HiggsfieldClientError as error:
        check(name, words in str(error))

print(f"sdk higgsfield: {passed} checks passed")
