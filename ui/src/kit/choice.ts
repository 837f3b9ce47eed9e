// One line of a list to choose from.
export interface Choice {
  title: string
  value: string | number
}
