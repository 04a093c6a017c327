/** The device's memory for tests outside a browser: what IndexedDB does for the till. */

export function memoryStore() {
  const facts = new Map();
  const queue = new Map();
  const uses = new Map();
  const all = (place) => [...place.values()].map((item) => structuredClone(item));

  return {
    read: async (name) => facts.get(name),
    write: async (name, value) => void facts.set(name, value),
    writeAll: async (some) => Object.entries(some).forEach(([name, value]) => facts.set(name, value)),
    items: async () => all(queue),
    item: async (key) => structuredClone(queue.get(key)),
    async add(item) {
      if (!queue.has(item.key)) queue.set(item.key, structuredClone(item));
      return structuredClone(queue.get(item.key));
    },
    async replace(item) {
      if (queue.has(item.key)) queue.set(item.key, structuredClone(item));
    },
    remove: async (key) => void queue.delete(key),
    async seal(item, before, after) {
      if ((facts.get("chain") || before).digest !== before.digest) return false;
      const earlier = queue.get(item.key);
      if (earlier === undefined || earlier.state !== "sent") return true;
      facts.set("chain", after);
      queue.set(item.key, structuredClone(item));
      return true;
    },
    usesOf: async (card) => all(uses).filter((use) => use.card === card),
    noteUse: async (use) => void uses.set(use.key, use),
    async nameUse(key, id) {
      if (uses.has(key)) uses.set(key, { ...uses.get(key), id });
    },
    async dropUse(key) {
      for (const use of all(uses)) if (use.key === key || use.id === key) uses.delete(use.key);
    },
    async dropUsesBefore(day) {
      for (const use of all(uses)) if (use.day < day) uses.delete(use.key);
    },
  };
}
