// Elements of the page.

/** Return the element of the page with that id. */
export const byId = (id) => document.getElementById(id);

/** Create an element with properties and children. */
export function createElement(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
