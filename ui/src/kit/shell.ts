// A line of the menu.
export interface Entry {
  name: string
  title: string
  icon?: string
  to?: string
  children?: Entry[]
}
