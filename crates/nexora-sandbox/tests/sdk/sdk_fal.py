"""The official fal client against the sandbox: python sdk_fal.py http://127.0.0.1:PORT"""

import os
import sys

os.environ["FAL_KEY"] = "sandbox-id:sandbox-secret"

import fal_client
import fal_client.client as client
import httpx

BASE = sys.argv[1].rstrip("/")
client.QUEUE_URL_FORMAT = BASE + "/fal/queue/"
client.RUN_URL_FORMAT = BASE + "/fal/run/"
client.REST_URL = BASE + "/fal/rest"
client.CDN_URL = BASE + "/fal/cdn"

passed = 0


def check(name, condition):
    global passed
    if not condition:
        sys.exit(f"sdk fal: {name} failed")
    passed += 1


def download(url):
    response = httpx.get(url, timeout=120)
    response.raise_for_status()
    return response


# Submit, follow the queue, read the result, download it.
clip = fal_client.submit(
    "bytedance/seedance-2.0/text-to-video",
    arguments={"prompt": "a lighthouse in a storm", "duration": "4", "resolution": "480p"},
)
check("submit gives a request id", len(clip.request_id) == 36)
events = list(clip.iter_events(with_logs=True, interval=0.05))
check("the queue ends with completed", isinstance(events[-1], fal_client.Completed))
check("no error on success", events[-1].error is None)
check("the log tells steps", "step" in events[-1].logs[-1]["message"])
result = clip.get()
check("the result has a video", result["video"]["content_type"] == "video/mp4")
check("the result has a seed", isinstance(result["seed"], int))
movie = download(result["video"]["url"])
check("the video is an MP4", movie.content[4:8] == b"ftyp")

# Subscribe: the same in one call.
picture = fal_client.subscribe(
    "fal-ai/flux/schnell",
    arguments={"prompt": "a red fox", "image_size": "square", "num_images": 2, "seed": 7},
)
check("two pictures were asked for", len(picture["images"]) == 2)
check("nothing was flagged", picture["has_nsfw_concepts"] == [False, False])
check("the seed is kept", picture["seed"] == 7)
jpeg = download(picture["images"][0]["url"])
check("the picture is a JPEG", jpeg.content[:3] == b"\xff\xd8\xff")

# The synchronous host.
banana = fal_client.run(
    "fal-ai/nano-banana-2", arguments={"prompt": "a tea house", "resolution": "0.5K"}
)
check("run answers with pictures", len(banana["images"]) == 1)

# Status by application and id, as after a restart.
again = fal_client.status("bytedance/seedance-2.0", clip.request_id, with_logs=True)
check("a finished job can be found again", isinstance(again, fal_client.Completed))

# Cancel.
doomed = fal_client.submit("fal-ai/wan-t2v", arguments={"prompt": "fog [sandbox:stuck]"})
doomed.cancel()
try:
    doomed.get()
    check("a canceled job has no result", False)
except fal_client.FalClientHTTPError as error:
    check("a canceled job has no result", error.error_type == "client_cancelled")

# Upload in one piece, by storage, and in parts.
url = fal_client.upload(b"first bytes", "text/plain", file_name="note.txt")
check("an upload comes back", download(url).content == b"first bytes")
url = fal_client.upload(b"other bytes", "image/png", repository="fal")
check("an upload by storage comes back", download(url).content == b"other bytes")
check("its type is kept", download(url).headers["content-type"] == "image/png")
sync = fal_client.SyncClient()
url = client.MultipartUpload.save(
    client=sync._get_cdn_client(),
    token_manager=sync._token_manager,
    file_name="parts.bin",
    data=b"0123456789" * 5,
    content_type="text/plain",
    chunk_size=20,
)
check("an upload in parts comes back", download(url).content == b"0123456789" * 5)

# A picture begins to move, and another one is changed.
frame = fal_client.upload(download(banana["images"][0]["url"]).content, "image/png", repository="fal")
moving = fal_client.subscribe(
    "fal-ai/kling-video/v3/standard/image-to-video",
    arguments={"prompt": "it begins to move", "start_image_url": frame, "duration": "3"},
)
check("a picture moves", download(moving["video"]["url"]).content[4:8] == b"ftyp")
changed = fal_client.run(
    "fal-ai/nano-banana-2/edit",
    arguments={"prompt": "in snow", "image_urls": [frame], "resolution": "0.5K"},
)
check("a picture is changed", download(changed["images"][0]["url"]).content[1:4] == b"PNG")
try:
    fal_client.run("fal-ai/wan-i2v", arguments={"prompt": "x"})
    check("a clip needs its picture", False)
except fal_client.FalClientHTTPError as error:
    check("a clip needs its picture", error.message[0]["loc"] == ["body", "image_url"])

# A model error, an error of the runner, and one of the gateway.
try:
    fal_client.run("fal-ai/wan-t2v", arguments={"prompt": "x", "num_frames": 7})
    check("a wrong value is refused", False)
except fal_client.FalClientHTTPError as error:
    check("a wrong value is refused", error.status_code == 422)
    check("the detail names the field", error.message[0]["loc"] == ["body", "num_frames"])
broken = fal_client.submit("fal-ai/wan-t2v", arguments={"prompt": "x [sandbox:fail]"})
last = list(broken.iter_events(interval=0.05))[-1]
check("a failed job says so", last.error_type == "runner_disconnected")
try:
    fal_client.submit("fal-ai/wan-t2v", arguments={"prompt": "x [sandbox:broke]"})
    check("an empty account is refused", False)
except fal_client.FalClientHTTPError as error:
    check("an empty account is refused", "Exhausted balance" in error.message)

print(f"sdk fal: {passed} checks passed")
