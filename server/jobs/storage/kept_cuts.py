"""Cuts of kept tracks: they belong to their track, and go with it."""

from server.errors import ToqiboxError
from server.files.disk import sync_path
from server.jobs.storage.data_folder import FEATURES_VERSION
from server.jobs.storage.kept_uploads import KeptUpload, KeptUploads
from server.jobs.storage.track_cut import (
    TrackCut,
    cut_folder,
    list_cuts,
    read_cut,
    remove_cut,
)

MAX_CUTS = 4
"""Cuts of a track; of more, the one unused for the longest time goes."""
_CURRENT = f"-v{FEATURES_VERSION}"
"""End of the ids of cuts that have the features of this version."""


class KeptCuts:
    """The cuts of kept tracks; every method blocks.

    Args:
        uploads: the tracks.
    """

    def __init__(self, uploads: KeptUploads) -> None:
        self._uploads = uploads

    def find(self, track: KeptUpload, samples: tuple[int, int]) -> TrackCut | None:
        """Return the cut with a range of samples; None if it is not there. This is a use.

        A cut with the features of another version is not: a video would be drawn with others.

        Raises:
            ToqiboxError: upload_expired: the track was removed.
        """
        for cut in list_cuts(track.path.parent):
            if samples in cut.ranges and cut.id.endswith(_CURRENT):
                return self._use(track, cut)
        return None

    def get(self, track: KeptUpload, cut_id: str) -> TrackCut:
        """Return a cut by its id; this is a use.

        Raises:
            ToqiboxError: not_found; upload_expired: the track was removed.
        """
        cut = read_cut(cut_folder(track.path.parent, cut_id))
        if cut is None:
            raise ToqiboxError("not_found")
        return self._use(track, cut)

    def keep(self, track: KeptUpload, cut: TrackCut) -> TrackCut:
        """Move a cut from the folder that it was made in to its track, and return it.

        Raises:
            ToqiboxError: storage_full; upload_expired: the track was removed.
        """
        cut.save()
        try:
            return self._keep(track, cut)
        except ToqiboxError as error:
            if error.code != "storage_full":
                raise
        with self._uploads.room(track.holder, 0, track):
            for other in list_cuts(track.path.parent):
                remove_cut(other.folder)
        return self._keep(track, cut)

    def _keep(self, track: KeptUpload, cut: TrackCut) -> TrackCut:
        upload = track.path.parent
        target = cut_folder(upload, cut.id)
        is_known = read_cut(target) is not None
        with self._uploads.room(track.holder, 0 if is_known else cut.bytes, track):
            if (known := read_cut(target)) is not None:
                known = known.with_range(cut.ranges[0])
                known.save()
                return known
            remove_cut(target)
            for other in list_cuts(upload)[: 1 - MAX_CUTS]:
                remove_cut(other.folder)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            sync_path(cut.folder)
            cut.folder.rename(target)
            sync_path(target.parent)
            kept = read_cut(target)
        assert kept is not None, "it was moved there"
        return kept

    def _use(self, track: KeptUpload, cut: TrackCut) -> TrackCut:
        self._uploads.mark_used(track)
        cut.mark_used()
        return cut
