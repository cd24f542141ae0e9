/**
 * Makes elements. Text always goes in as text nodes, so nothing that a bank or a file wrote can
 * become markup.
 */

/**
 * `name` may carry classes: `p.quiet`. Functions listen to the event of their name; attributes
 * that are undefined, null or false are left out.
 * @typedef {string | number | boolean | null | undefined | ((event: any) => unknown)} Attribute
 * @param {string} name
 * @param {Readonly<Record<string, Attribute>>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 */
export function element(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(key, String(value));
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Changes what is inside `parent` and keeps the keyboard where it was, by `data-focus`. */
export function replaceInside(parent, ...children) {
  const held = parent.contains(document.activeElement)
    ? document.activeElement?.closest('[data-focus]')?.getAttribute('data-focus')
    : undefined;
  parent.replaceChildren(...children);
  if (held === undefined || held === null) return;
  const again = parent.querySelector(`[data-focus="${CSS.escape(held)}"]:not([disabled])`);
  (again ?? parent.querySelector('[data-focus]:not([disabled])'))?.focus();
}
