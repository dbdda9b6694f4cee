// The area of a picture that apps leave free; mirrors server/effects/model/safe_area.py.

const UPRIGHT = [0.06, 0.22, 0.12, 0.14];

/** Left, bottom, right and top margins, as shares of the picture's width and height. */
export function safeArea(width, height) {
  return height > width ? UPRIGHT : [0, 0, 0, 0];
}

/** Names that size expressions know of a picture, in pixels. */
export function pictureNames(width, height) {
  const [left, bottom, right, top] = safeArea(width, height);
  return {
    WIDTH: width,
    HEIGHT: height,
    SAFE_WIDTH: width * (1 - left - right),
    SAFE_HEIGHT: height * (1 - bottom - top),
  };
}
