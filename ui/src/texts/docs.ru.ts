// Справка: книги внутри интерфейса.
const docs = {
  title: 'Справка',
  books: 'Книги',
  search: 'Поиск по книгам',
  found: 'Найдено',
  nothing: 'В книгах этого нет.',
  contents: 'Содержание',
  missing: 'Такой книги нет.',
  fields: 'Поля',
  applications: 'Приложения',
  functions: 'Функции',
  manager: 'Manager',
  'manager-actions': 'Действия Manager',
  moving: 'Перенос с Asterisk',
  problems: 'Ошибки',
}

export default docs
