// A line of a drop-down menu: an address, or something to do.
export interface MenuItem {
  title: string
  icon?: string
  href?: string
  to?: string
  active?: boolean
  danger?: boolean
  act?: () => void
}
