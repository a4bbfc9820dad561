/** Into the small window that stays on top, or back. */
export async function togglePictureInPicture(video: HTMLVideoElement | null): Promise<void> {
  try {
    if (document.pictureInPictureElement !== null) await document.exitPictureInPicture();
    else await video?.requestPictureInPicture();
  } catch {
    // The browser or the person said no; the picture stays where it is.
  }
}

export async function toggleFullScreen(stage: Element | null): Promise<void> {
  try {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else await stage?.requestFullscreen();
  } catch {
    // The same.
  }
}
