//! The camera motions of DoP. Names and ids are Higgsfield's; the effects beside them are left out.

use serde_json::{Map, Value, json};

use super::problem::complain;

/// Motions that need no last frame.
const WITHOUT_LAST_FRAME: [&str; 3] = ["Abstract", "Super 8MM", "VHS"];

const MOTIONS: &[(&str, &str)] = &[
    ("General", "31177282-bde3-4870-b283-1135ca0a201a"),
    ("Static", "fa3ddb7c-53ee-4383-aa17-97ae65f180e5"),
    ("Handheld", "5be9d262-82d7-4a74-babf-ee8fefd5c3c3"),
    ("Tilt up", "2c9af101-fe7a-4299-91f3-e44431a0576f"),
    ("Tilt Down", "ff67b0eb-a621-45a0-b92d-ce2549250149"),
    ("Whip Pan", "25c72c28-7857-4aa0-af92-ba5380f0e67d"),
    ("Zoom In", "fbcbec5b-30f8-4b17-ba6e-8e8d5b265562"),
    ("Zoom Out", "263600e4-45c0-4c13-9579-40a9278af37c"),
    ("Crash Zoom In", "3ec247ed-063d-476d-8266-48829c2eced6"),
    ("Crash Zoom Out", "3f7a86be-c78f-4c5d-8dbf-7395a3fbeea1"),
    ("YoYo Zoom", "bd639dee-00a3-407b-b539-f4516ce9d214"),
    ("Earth Zoom Out", "46fa79e3-efce-41e8-95bc-1dc5a1a30795"),
    ("Dolly In", "81ca2cd2-05db-4222-9ba0-a32e5185adfb"),
    ("Dolly Out", "12ac8798-5370-4801-91a6-f1acb425fc4a"),
    ("Dolly Left", "71f0f8bc-0e5d-4d32-b34f-bd74a5e3cba8"),
    ("Dolly Right", "15ddc007-4723-42c1-8446-2af69af4879f"),
    ("Dolly Zoom In", "f0ca4e62-f65d-4a6d-83c1-ecbaa4d492ba"),
    ("Dolly Zoom Out", "2df82f5f-064a-4a7e-8b59-24ac446cb1df"),
    ("Double Dolly", "bd133fba-ed35-433b-9cb2-87b1f5bb1139"),
    ("Super Dolly In", "3a24a20d-b494-4e8a-9b5f-4ef05ee5073d"),
    ("Super Dolly Out", "679c128d-a109-4267-8007-12f653f6346d"),
    ("Crane Up", "68af9add-43ea-4261-a706-16b640fdcff9"),
    ("Crane Down", "b26dcbe5-e784-4893-b8a3-2bd4f848e90a"),
    (
        "Crane Over The Head",
        "0d736605-3a09-4a39-bcfe-b556fba7dd22",
    ),
    ("Jib Up", "cc5d4b42-f05d-41ef-9f51-c4b28f3fd2d2"),
    ("Jib Down", "2ce412eb-2e66-4d73-9c9c-d1fba4c8a494"),
    ("360 Orbit", "ea035f68-b350-40f1-b7f4-7dff999fdd67"),
    ("Arc Left", "c5881721-05b1-47d9-94d6-0203863114e1"),
    ("Arc Right", "a85cb3f2-f2be-4ee2-b3b9-808fc6a81acc"),
    ("Lazy Susan", "ce9dc38e-d6da-4368-9742-f73b559d802e"),
    ("3D Rotation", "2bae49e6-ffe7-42a8-a73f-d44632c4acaa"),
    ("Bullet Time", "22d7c60a-b76f-4082-9928-d2a42357759a"),
    ("Robo Arm", "153afe86-20f1-45d3-99ea-106c37f94506"),
    ("FPV Drone", "7673d9e0-208c-4cf8-8b72-fce5b0e92ecb"),
    ("Overhead", "40245735-2670-4572-b46e-854151281f55"),
    ("Dutch Angle", "915d6b95-6b9c-4a09-a0df-7ecd69c9bf64"),
    ("Fisheye", "ec365c4d-c130-48b3-923d-4b4359d96095"),
    ("Focus Change", "797e27b5-2e6e-4b9a-a3c1-d437e9d386fc"),
    ("Head Tracking", "d38d2084-dde6-4c16-90d2-19603bceb901"),
    ("Snorricam", "984834d9-72a7-4074-97c2-f98d265a49de"),
    ("Object POV", "b29cff3b-2494-4f3f-a74c-70ceee7b1ccf"),
    ("Hyperlapse", "aebcaa0d-525d-4a74-b497-26da8f81957b"),
    ("Timelapse Human", "9463e9ef-3242-46bf-b1ec-41eec6b2d6bf"),
    (
        "Timelapse Landscape",
        "130b5a9d-522f-467b-bb22-a9109c1710c1",
    ),
    ("Incline", "cff69c3b-0178-4f72-bae5-e301ccb97f28"),
    ("Eyes In", "0c5d9955-706e-4b21-b499-39f1b5e5ea0e"),
    ("Mouth In", "21bbd0c4-ca4f-4ea3-82a8-607437d63e8e"),
    ("Through Object In", "ebf152b3-f794-4d5c-886f-ff61ec6498bc"),
    ("Through Object Out", "ea0d11ac-b4e2-4ea7-89c2-a4a44a62dc79"),
    ("Low Shutter", "790ca797-703e-44c1-8d77-53080ea3c6a3"),
    ("Wiggle", "8a660d27-dfe9-4bb1-8ad0-c6603e79fc95"),
    ("Lens Flare", "e98b3fee-79e8-4d87-881c-8ddd03ca738e"),
    ("Super 8MM", "b604bd5f-22eb-4920-ad7e-47306805d7c6"),
    ("VHS", "2b7c1db3-862a-4373-8435-ae4464ae5892"),
    ("Car Grip", "b3fd6f79-dd5e-48f7-b5b4-5c2f1655822c"),
    ("Car Chasing", "b98810ad-e51d-4680-a800-cd6fc8037bc4"),
    ("Buckle Up", "a652ae99-c21b-4bdf-965c-e4a6d07fb262"),
    ("Downhill POV", "381fcf9a-ca91-4eac-a3c4-43d4302d6404"),
    ("Flying", "1d5ee550-a8b2-4200-8909-4ca7795911dc"),
    ("Levitation", "0a5a48d7-6716-41a4-9a9f-7ad9229c879b"),
    ("Glam", "a2046ff7-26fc-4d97-aab7-54bbb55fca97"),
    ("Catwalk", "0e339850-d8f1-4c9d-be3a-97fc2cdb628e"),
    ("Rap Flex", "c3dbf04b-2ba5-4986-ab4f-872a9d71826f"),
    ("Push To Glass", "30a02896-cdda-469d-9ed9-52cbba1c04a8"),
    ("Roll Transition", "c718443d-fc3c-4a79-bccf-6c98b56737ec"),
    ("Abstract", "7f8971a6-9e96-45b6-a05a-8f5c99b1e13d"),
];

/// The answer of `GET /v1/motions`.
pub(super) fn list() -> Value {
    let entry = |(name, id): &(&str, &str)| {
        json!({
            "id": id,
            "name": name,
            "description": name,
            "preview_url": null,
            "start_end_frame": !WITHOUT_LAST_FRAME.contains(name),
        })
    };
    MOTIONS.iter().map(entry).collect()
}

/// What is wrong with the motions of an input, in either form.
pub(super) fn complaint(input: &Map<String, Value>) -> Option<Value> {
    let unknown = |field| complain(field, "value_error", "Motion not found");
    if let Some(id) = input.get("motions_id")
        && !is_known(id)
    {
        return Some(unknown("motions_id"));
    }
    let motions = input.get("motions")?;
    let Some(motions) = motions.as_array() else {
        return Some(complain(
            "motions",
            "list_type",
            "Input should be a valid list",
        ));
    };
    motions.iter().find_map(|motion| {
        let strength = motion.get("strength").map_or(Some(1.0), Value::as_f64);
        let in_range = strength.is_some_and(|strength| (0.0..=1.0).contains(&strength));
        match motion.get("id") {
            Some(id) if is_known(id) && in_range => None,
            Some(id) if is_known(id) => {
                Some(complain("motions", "value_error", "Strength is 0 to 1"))
            }
            Some(_) | None => Some(unknown("motions")),
        }
    })
}

fn is_known(id: &Value) -> bool {
    MOTIONS.iter().any(|(_, known)| id == known)
}
