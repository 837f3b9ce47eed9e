// What a browser remembers: theme, language, density, columns of lists. Never anything secret.
const PREFIX = 'station.'

export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(PREFIX + name)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise // storage forbidden, or somebody else's text
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // full or forbidden: it is forgotten at the next load
  }
}
