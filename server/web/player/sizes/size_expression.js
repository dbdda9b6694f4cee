// Sizes of targets: expressions such as "floor($WIDTH / 8)". The grammar and every answer are those
// of server/effects/model/size_expression.py: whatever is no number in the end counts as 1, and nothing throws.

const LONGEST = 1000;
const DEEPEST = 32;
const TOKEN = /\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|\$?[A-Za-z_]\w*|\*\*|[-+*/%^(),])/y;
const FUNCTIONS = {
  abs: [1, Math.abs],
  ceil: [1, Math.ceil],
  cos: [1, Math.cos],
  exp: [1, Math.exp],
  floor: [1, Math.floor],
  log: [1, Math.log],
  max: [2, Math.max],
  min: [2, Math.min],
  mod: [2, modulo],
  pow: [2, Math.pow],
  round: [1, (a) => Math.floor(a + 0.5)],
  sin: [1, Math.sin],
  sqrt: [1, Math.sqrt],
  tan: [1, Math.tan],
};

/**
 * The size that `expression` stands for, in pixels, not rounded.
 * @param {string} expression
 * @param {Object<string, number>} names - the picture's (see safe_area.js) and the numeric inputs
 */
export function evaluate(expression, names) {
  try {
    const value = new Reader(expression, names).result();
    return Number.isFinite(value) ? value : 1;
  } catch (error) {
    if (error instanceof SyntaxError) return 1;
    throw error;
  }
}

/** A size as whole pixels, from 1 to `most`. */
export function pixels(value, most) {
  return Math.min(Math.max(Math.floor(value), 1), most);
}

function modulo(a, b) {
  return a - b * Math.floor(a / b);
}

function fail(why) {
  throw new SyntaxError(why);
}

function tokens(expression) {
  const found = [];
  const text = expression.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) fail("unknown character");
    found.push(match[1]);
  }
  return found;
}

class Reader {
  constructor(expression, names) {
    if (expression.length > LONGEST) fail("too long");
    this.names = names;
    this.tokens = tokens(expression);
    this.at = 0;
    this.depth = 0;
  }

  result() {
    const value = this.sum();
    return this.at === this.tokens.length ? value : fail("more than one expression");
  }

  peek() {
    return this.tokens[this.at] ?? "";
  }

  take() {
    return this.tokens[this.at++] ?? "";
  }

  expect(sign) {
    if (this.take() !== sign) fail(`${sign} expected`);
  }

  sum() {
    if (++this.depth > DEEPEST) fail("too deep");
    let value = this.product();
    while (this.peek() === "+" || this.peek() === "-") {
      value = this.take() === "+" ? value + this.product() : value - this.product();
    }
    this.depth--;
    return value;
  }

  product() {
    let value = this.power();
    while (["*", "/", "%"].includes(this.peek())) {
      const sign = this.take();
      const other = this.power();
      if (sign !== "*" && other === 0) fail("division by zero");
      value = sign === "*" ? value * other : sign === "/" ? value / other : modulo(value, other);
    }
    return value;
  }

  power() {
    const powers = [this.unary()];
    while (this.peek() === "^" || this.peek() === "**") {
      this.take();
      powers.push(this.unary());
    }
    return powers.reduceRight((value, base) => finite(Math.pow(base, value)));
  }

  unary() {
    let factor = 1;
    while (this.peek() === "+" || this.peek() === "-") if (this.take() === "-") factor = -factor;
    return factor * this.atom();
  }

  atom() {
    const word = this.take();
    if (word === "(") {
      const value = this.sum();
      this.expect(")");
      return value;
    }
    if (/^[\d.]/.test(word)) return Number(word);
    if (this.peek() === "(" && Object.hasOwn(FUNCTIONS, word)) return this.call(...FUNCTIONS[word]);
    const name = word.replace(/^\$/, "");
    return Object.hasOwn(this.names, name) ? this.names[name] : fail(`what is ${word}`);
  }

  call(count, compute) {
    this.expect("(");
    const values = [this.sum()];
    while (this.peek() === ",") {
      this.take();
      values.push(this.sum());
    }
    this.expect(")");
    return values.length === count ? finite(compute(...values)) : fail(`${count} expected`);
  }
}

function finite(value) {
  return Number.isFinite(value) ? value : fail("not a number");
}
