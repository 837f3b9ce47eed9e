// Help: the books within the interface.
import type ru from './docs.ru.ts'

const docs: { [K in keyof typeof ru]: string } = {
  title: 'Help',
  books: 'Books',
  search: 'Search the books',
  found: 'Found',
  nothing: 'The books have nothing of it.',
  contents: 'Contents',
  missing: 'There is no such book.',
  fields: 'Fields',
  applications: 'Applications',
  functions: 'Functions',
  manager: 'Manager',
  'manager-actions': 'Actions of the Manager',
  moving: 'Moving from Asterisk',
  problems: 'Problems',
}

export default docs
