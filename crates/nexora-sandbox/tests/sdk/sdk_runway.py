"""The official Runway client against the sandbox: python sdk_runway.py http://127.0.0.1:PORT"""

import base64
import sys

import httpx
import runwayml.lib.polling as polling
from runwayml import BadRequestError, NotFoundError, RunwayML, TaskFailedError

BASE = sys.argv[1].rstrip("/")
client = RunwayML(api_key="sandbox", base_url=BASE + "/runway", max_retries=0)
# The client waits at least 4.5 seconds between two looks; the sandbox is done at once.
polling.POLL_TIME = 0.1
polling.POLL_JITTER = 0.0

# One red pixel.
FRAME = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)

passed = 0


def check(name, condition):
    global passed
    if not condition:
        sys.exit(f"sdk runway: {name} failed")
    passed += 1


# Text to video: submit, wait, download.
task = client.text_to_video.create(
    model="gen4.5", prompt_text="a lighthouse in a storm", ratio="1280:720", duration=2, seed=7
)
check("a submit gives an id", len(task.id) == 36)
check("a submit tells its cost", task.estimated_cost.credits > 0)
made = task.wait_for_task_output()
check("it succeeds", made.status == "SUCCEEDED")
check("its cost is told", made.cost.credits >= 0)
movie = httpx.get(made.output[0], timeout=120)
check("the video is an MP4", movie.content[4:8] == b"ftyp")
check("its time is read", client.tasks.retrieve(task.id).created_at.year >= 2024)

# Image to video, from an upload.
place = client.uploads.create_ephemeral(file=("frame.png", FRAME, "image/png"))
check("an upload gets a name", place.uri.startswith("runway://"))
moving = client.image_to_video.create(
    model="gen4.5",
    prompt_image=[{"uri": place.uri, "position": "first"}],
    prompt_text="it begins to move",
    ratio="960:960",
    duration=5,
)
moved = moving.wait_for_task_output()
check("a picture moves", moved.status == "SUCCEEDED")
check("its video is an MP4", httpx.get(moved.output[0], timeout=120).content[4:8] == b"ftyp")

# An avatar.
avatar = client.avatar_videos.create(
    model="gwm1_avatars",
    avatar={"type": "runway-preset", "preset_id": "influencer"},
    speech={"type": "text", "text": "Hello."},
)
check("an avatar speaks", avatar.wait_for_task_output().status == "SUCCEEDED")

# A running task, then none.
stuck = client.text_to_video.create(
    model="gen4.5", prompt_text="fog [sandbox:stuck]", ratio="720:1280", duration=5
)
check("a running task tells how far it is", client.tasks.retrieve(stuck.id).progress < 1)
client.tasks.delete(stuck.id)
try:
    client.tasks.retrieve(stuck.id)
    check("a deleted task is gone", False)
except NotFoundError:
    check("a deleted task is gone", True)

# Refusals, wrong values, an empty account.
refused = client.text_to_video.create(
    model="gen4.5", prompt_text="x [sandbox:refuse]", ratio="1280:720", duration=5
)
try:
    refused.wait_for_task_output()
    check("a refused prompt fails", False)
except TaskFailedError as error:
    check("a refused prompt fails", error.task_details.failure_code == "SAFETY.INPUT.TEXT")
for name, change in [
    ("a wrong value is refused", {"duration": 11}),
    ("an empty account is refused", {"prompt_text": "x [sandbox:broke]"}),
]:
    order = {"model": "gen4.5", "prompt_text": "x", "ratio": "1280:720", "duration": 5}
    try:
        client.text_to_video.create(**{**order, **change})
        check(name, False)
    except BadRequestError as error:
        check(name, "error" in error.body)

print(f"sdk runway: {passed} checks passed")
