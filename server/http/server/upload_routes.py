"""The routes of tracks and photos that are kept, and of the cuts of tracks."""

from server.http.error_codes import CUT, CUT_AUDIO, CUT_FILE, KEPT, PICTURE, SPECTRA, UPLOAD
from server.http.handlers import kept_uploads, track_cuts
from server.http.openapi.operation import (
    Operation,
    cacheable_picture,
    created,
    headers,
    json_body,
    octets,
    ranged_file,
    removed,
)
from server.http.openapi.route import Route
from server.http.openapi.upload_schemas import CUT_PART, FIELDS, upload_schema

UPLOAD_ROUTES = (
    Route(
        "POST",
        "/tracks",
        kept_uploads.create_track,
        Operation(
            "createTrack",
            "Keep a track for a while",
            created("KeptTrack"),
            UPLOAD,
            form=upload_schema("track"),
        ),
        endpoint="tracks",
    ),
    Route(
        "GET",
        "/tracks/{trackId}",
        kept_uploads.show_track,
        Operation("showTrack", "A kept track", {"200": json_body("Track")}, KEPT),
        endpoint="track",
        takes_expired_tokens=True,
    ),
    Route(
        "DELETE",
        "/tracks/{trackId}",
        kept_uploads.remove_track,
        Operation("removeTrack", "Remove a kept track", removed(), KEPT),
        endpoint="removeTrack",
        takes_expired_tokens=True,
    ),
    Route(
        "GET",
        "/tracks/{trackId}/cut",
        track_cuts.show_cut,
        Operation(
            "getCut",
            "A part of a kept track with its features; made when it is first requested",
            {
                "200": json_body("Cut"),
                "202": json_body("CutProgress", headers=headers("Retry-After")),
            },
            CUT,
            parameters=CUT_PART,
        ),
        endpoint="cut",
    ),
    Route(
        "GET",
        "/tracks/{trackId}/cuts/{cut}/sound.flac",
        track_cuts.send_audio,
        ranged_file("getCutAudio", "The audio of a cut", "audio/flac", CUT_AUDIO, CUT_FILE),
        endpoint="cutAudio",
        takes_links=True,
    ),
    Route(
        "GET",
        "/tracks/{trackId}/cuts/{cut}/measured",
        track_cuts.send_measured,
        Operation(
            "getMeasured",
            "The features of a cut that are measured at each step",
            octets("Little-endian float32: `count` values of each of the `columns`"),
            CUT_FILE,
        ),
        endpoint="measured",
    ),
    Route(
        "GET",
        "/tracks/{trackId}/cuts/{cut}/spectra/{n}",
        track_cuts.send_spectra,
        Operation(
            "getSpectra",
            "The spectra of two seconds of a cut",
            octets("The values of the fields in the steps, one field after the other"),
            SPECTRA,
            parameters=[FIELDS],
        ),
        endpoint="spectra",
    ),
    Route(
        "POST",
        "/photos",
        kept_uploads.create_photo,
        Operation(
            "createPhoto",
            "Keep a photo for a while",
            created("KeptPhoto"),
            UPLOAD,
            form=upload_schema("photo"),
        ),
        endpoint="photos",
    ),
    Route(
        "GET",
        "/photos/{photoId}",
        kept_uploads.show_photo,
        Operation("showPhoto", "A kept photo", {"200": json_body("Photo")}, KEPT),
        endpoint="photo",
        takes_expired_tokens=True,
    ),
    Route(
        "DELETE",
        "/photos/{photoId}",
        kept_uploads.remove_photo,
        Operation("removePhoto", "Remove a kept photo", removed(), KEPT),
        endpoint="removePhoto",
        takes_expired_tokens=True,
    ),
    Route(
        "GET",
        "/photos/{photoId}/image.png",
        kept_uploads.show_picture,
        Operation(
            "showPicture",
            "A kept photo as it was decoded",
            cacheable_picture("The photo, upright and in sRGB", "image/png"),
            PICTURE,
            parameters=[kept_uploads.LONG],
        ),
        endpoint="picture",
    ),
)
