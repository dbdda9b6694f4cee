// The server's frame beside the browser's own, and how far they are apart.

const SETTLED_MS = 120;
const PLAYING_MS = 1200;
const SLICE_MS = 12;
const HEAT = 12;

export class Compare {
  /**
   * @param {object} view - {picture, heat: canvases, waiting: element}
   * @param {object} film - what the page draws: {revision, frame, values, size, fit, playing,
   *     live: the player or null, broken, paired: whether the server's is shown, heard, redraw};
   *     all read when they are needed
   * @param {function(object): void} told - called with what is known of the server's frame
   */
  constructor(view, film, told) {
    Object.assign(this, { view, film, told, busy: false, wanted: false, timer: 0, age: 0, waits: false, painted: 0 });
  }

  /** Something is another than when the server's frame was asked for. */
  stale() {
    this.age++;
    this.wanted = true;
    this.later(SETTLED_MS);
  }

  /** Whether the server's picture stands still because it plays: it would be drawn from its start each time. */
  get behind() {
    return Boolean(this.film.playing && this.film.live?.program.sequential);
  }

  /** Ask now and then while it plays. */
  tick() {
    if (this.waits !== this.behind) {
      this.waits = this.behind;
      this.view.picture.classList.toggle("behind", this.waits);
      this.told(this.waits ? { waits: true } : {});
      this.stale();
    }
    if (!this.busy && !this.timer && this.film.playing && this.film.paired) {
      this.wanted = true;
      this.later(this.film.live ? PLAYING_MS : SETTLED_MS);
    }
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (this.wanted && !this.busy) this.ask();
    }, delay);
  }

  async ask() {
    const { film } = this;
    if (film.broken || !film.revision) return;
    if (this.behind) return;
    this.busy = true;
    this.wanted = false;
    const age = this.age;
    this.view.waiting.hidden = film.playing;
    try {
      await this.answer(await this.request(film), age);
    } catch (error) {
      this.told({ error: String(error.message ?? error) });
    } finally {
      this.busy = false;
      this.view.waiting.hidden = true;
      if (this.wanted) this.later(SETTLED_MS);
    }
  }

  async request({ revision, frame, values, size, fit, live: player }) {
    const [width, height] = size;
    const wish = { revision, frame, values, width, height, fit };
    const own = player && !player.program.sequential ? await this.pixels(player, wish) : null;
    if (own) this.film.redraw(); // in the view that is shown
    const answer = await fetch("/frame", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(wish),
    });
    return { wish, own, answer, player };
  }

  /** The browser's own pixels of the wished frame. */
  async pixels(player, { frame, values }) {
    await this.film.heard(frame);
    player.draw(frame, values);
    return player.read();
  }

  async answer({ wish, own, answer, player }, age) {
    if (answer.status === 204 || this.behind) return; // something newer is under way
    if (!answer.ok) throw new Error(await reason(answer));
    const facts = JSON.parse(answer.headers.get("X-Frame"));
    const theirs = await this.paint(await answer.blob(), wish);
    this.painted = wish.revision;
    this.told({ ...facts, frame: wish.frame, difference: null });
    const mine = own ?? (await this.replayed(wish, facts, player, age));
    if (mine && !own) this.film.redraw();
    if (mine) this.told({ ...facts, frame: wish.frame, difference: this.apart(mine, theirs, wish) });
  }

  /** Show the server's picture; its pixels. */
  async paint(blob, { width, height }) {
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    const canvas = this.view.picture;
    Object.assign(canvas, { width, height });
    const paint = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
    paint.drawImage(bitmap, 0, 0);
    return paint.getImageData(0, 0, width, height).data;
  }

  /** The browser's frame of a sequential effect, drawn from where the server began. */
  async replayed(wish, facts, player, age) {
    if (!player || this.film.live !== player || age !== this.age) return null;
    if (player.last === wish.frame && player.exact && facts.exact) return player.read();
    let pause = performance.now() + SLICE_MS;
    for (const frame of player.seek(wish.frame, wish.values, facts.from)) {
      await this.film.heard(frame + 1);
      if (performance.now() < pause) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (this.film.live !== player || age !== this.age) return null;
      pause = performance.now() + SLICE_MS;
    }
    return player.read();
  }

  /** The mean and the largest difference, of 255; draws where it is. */
  apart(mine, theirs, { width, height }) {
    const canvas = Object.assign(this.view.heat, { width, height });
    const paint = canvas.getContext("2d");
    const picture = paint.createImageData(width, height);
    let [sum, largest] = [0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 4;
        const own = ((height - 1 - y) * width + x) * 4;
        let most = 0;
        for (let part = 0; part < 3; part++) {
          const apart = Math.abs(mine[own + part] - theirs[at + part]);
          sum += apart;
          most = Math.max(most, apart);
        }
        largest = Math.max(largest, most);
        picture.data.set(heat(most), at);
      }
    }
    paint.putImageData(picture, 0, 0);
    return { mean: sum / (width * height * 3), largest };
  }
}

/** Black where both agree, then blue, orange, white. */
function heat(apart) {
  const part = Math.min((apart * HEAT) / 255, 1);
  return [Math.min(part * 3, 1) * 255, Math.max(part * 2 - 0.7, 0) * 196, Math.sin(part * Math.PI) * 160 + Math.max(part * 2 - 1, 0) * 180, 255];
}

async function reason(answer) {
  try {
    return (await answer.json()).reason;
  } catch {
    return `the server answers ${answer.status}`;
  }
}
