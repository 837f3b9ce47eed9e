/* manager/act_filter.c - action Filter: filters for the present session (filter.h) */
#include <errno.h>

#include "base/log.h"
#include "manager/all.h"
#include "manager/filter.h"
#include "manager/inner.h"

static void run_filter(struct manager_request *q)
{
    struct manager_session *s = manager_session_of(q);
    const struct slice text = manager_arg(q, "Filter");
    const char *why;
    int err;

    if (!slice_caseeqz(manager_arg(q, "Operation"), "Add")) {
        manager_error(q, "Unknown operation");
        return;
    }
    err = filter_add(&s->filters, manager_arg(q, "MatchCriteria"), text, &why);
    if (why)
        log_notice("Manager: filter is not an expression user=\"%s\" err=\"%s\"", s->user, why);
    if (!err)
        manager_ack(q, "Success");
    else if (why)
        manager_error(q, "Filter did not compile.  Check the syntax of the filter given.");
    else if (err == EINVAL)
        manager_error(q,
                      "Filter was formatted incorrectly.  Check the syntax of the filter given.");
    else
        manager_error(q, err == ENOSPC ? "Too many filters" : "Failed to add filter");
}

static const struct manager_param filter_params[] = {
    MANAGER_PARAM_ID,
    {"Operation", {"Add - добавить фильтр.", "Add - Add a filter."}},
    {"MatchCriteria",
     {"action(include|exclude), name(СОБЫТИЕ), header(ПОЛЕ), method(СПОСОБ) через запятую; способы: regex, exact, "
      "starts_with, ends_with, contains, none. Без него Filter - выражение на весь текст события.",
      "Any of action(include|exclude), name(EVENT), header(HEADER), method(METHOD), separated by commas; methods: "
      "regex, exact, starts_with, ends_with, contains, none. Without it Filter is a regular expression that is matched "
      "against the whole event."}},
    {"Filter",
     {"С чем сравнивать; у выражения ! впереди - исключающий фильтр.",
      "The match expression to be applied to the event; an expression with ! in front excludes."}},
    {0}};

const struct manager_action manager_action_filter = {
    .name = "Filter",
    .classes = CLASS_SYSTEM,
    .params = filter_params,
    .run = run_filter,
    .shown = "tests/unit/manager/test_filter.c",
    .synopsis = {"Добавить фильтр событий этого соединения.",
                 "Dynamically add filters for the current manager session."},
    .help = {
        "Фильтр действует до конца соединения. Класс system нужен потому, что так можно обойти "
        "фильтры пользователя.",
        "The filters added are only used for the current session. Once the\nconnection is closed "
        "the filters are removed.\nThis command requires the system permission because it can be "
        "used\nto create filters that may bypass those of the user."}};
