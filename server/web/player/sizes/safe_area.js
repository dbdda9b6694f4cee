// The area of a frame that apps leave free; mirrors server/effects/model/safe_area.py.

const PORTRAIT_MARGINS = [0.06, 0.22, 0.12, 0.14];

/** Return the left, bottom, right and top margins, as shares of the frame's width and height. */
export function safeArea(width, height) {
  return height > width ? PORTRAIT_MARGINS : [0, 0, 0, 0];
}

/** Return the names that size expressions know of a frame, in pixels. */
export function sizeNames(width, height) {
  const [left, bottom, right, top] = safeArea(width, height);
  return {
    WIDTH: width,
    HEIGHT: height,
    SAFE_WIDTH: width * (1 - left - right),
    SAFE_HEIGHT: height * (1 - bottom - top),
  };
}
