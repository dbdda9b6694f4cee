// Sizes of targets: expressions such as "floor($WIDTH / 8)". Grammar and results are those of
// server/effects/model/size_expression.py: an expression without a number as its result is 1, and
// none throws.

const MAX_LENGTH = 1000;
const MAX_DEPTH = 32;
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
 * Return the value of a size expression, in pixels, not rounded.
 * @param {string} expression
 * @param {Object<string, number>} names - those of the frame (see safe_area.js) and the numeric
 *     inputs
 */
export function evaluate(expression, names) {
  try {
    const value = new Parser(expression, names).result();
    return Number.isFinite(value) ? value : 1;
  } catch (error) {
    if (error instanceof SyntaxError) return 1;
    throw error;
  }
}

/** Round a size to whole pixels, from 1 to `max`. */
export function pixels(value, max) {
  return Math.min(Math.max(Math.floor(value), 1), max);
}

function modulo(a, b) {
  return a - b * Math.floor(a / b);
}

function fail(message) {
  throw new SyntaxError(message);
}

function tokenize(expression) {
  const tokens = [];
  const text = expression.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) fail("unknown character");
    tokens.push(match[1]);
  }
  return tokens;
}

class Parser {
  constructor(expression, names) {
    if (expression.length > MAX_LENGTH) fail("too long");
    this.names = names;
    this.tokens = tokenize(expression);
    this.index = 0;
    this.depth = 0;
  }

  result() {
    const value = this.sum();
    return this.index === this.tokens.length ? value : fail("more than one expression");
  }

  peek() {
    return this.tokens[this.index] ?? "";
  }

  next() {
    return this.tokens[this.index++] ?? "";
  }

  expect(token) {
    if (this.next() !== token) fail(`${token} expected`);
  }

  sum() {
    if (++this.depth > MAX_DEPTH) fail("too deep");
    let value = this.product();
    while (this.peek() === "+" || this.peek() === "-") {
      value = this.next() === "+" ? value + this.product() : value - this.product();
    }
    this.depth--;
    return value;
  }

  product() {
    let value = this.power();
    while (["*", "/", "%"].includes(this.peek())) {
      const operator = this.next();
      const other = this.power();
      if (operator === "*") value *= other;
      else if (other === 0) fail("division by zero");
      else value = operator === "/" ? value / other : modulo(value, other);
    }
    return value;
  }

  power() {
    const powers = [this.unary()];
    while (this.peek() === "^" || this.peek() === "**") {
      this.next();
      powers.push(this.unary());
    }
    return powers.reduceRight((value, base) => finite(Math.pow(base, value)));
  }

  unary() {
    let factor = 1;
    while (this.peek() === "+" || this.peek() === "-") if (this.next() === "-") factor = -factor;
    return factor * this.atom();
  }

  atom() {
    const token = this.next();
    if (token === "(") {
      const value = this.sum();
      this.expect(")");
      return value;
    }
    if (/^[\d.]/.test(token)) return Number(token);
    if (this.peek() === "(" && Object.hasOwn(FUNCTIONS, token)) {
      return this.call(...FUNCTIONS[token]);
    }
    const name = token.replace(/^\$/, "");
    return Object.hasOwn(this.names, name) ? this.names[name] : fail(`unknown name: ${token}`);
  }

  call(parameterCount, compute) {
    this.expect("(");
    const values = [this.sum()];
    while (this.peek() === ",") {
      this.next();
      values.push(this.sum());
    }
    this.expect(")");
    return values.length === parameterCount
      ? finite(compute(...values))
      : fail(`${parameterCount} arguments expected`);
  }
}

function finite(value) {
  return Number.isFinite(value) ? value : fail("not a number");
}
