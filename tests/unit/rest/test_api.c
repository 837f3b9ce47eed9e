/* The manual's API without an engine: keys and groups, records, recordings, forms with files, errors */
#include "office.h"

#include <sys/stat.h>

#define MINE "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"

static int add_key(struct office *o, const char *key, const char *more)
{
    char hash[TOKEN_TEXT], sql[400];

    token_hash(slice_of(key), hash);
    snprintf(sql, sizeof(sql),
             "INSERT INTO api_user (name, description, api_key, group_uuid, enable) VALUES ('%s', "
             "'of tests', '%s', %s)",
             key, hash, more);
    return office_run(o, sql);
}

static int open_with_data(struct office *o)
{
    int err = office_open(o);

    if (!err)
        err = add_key(o, "all", "NULL, 'yes'");
    if (!err)
        err = add_key(o, "mine", "'" MINE "', 'yes'");
    if (!err)
        err = add_key(o, "other", "'" OTHER "', 'yes'");
    if (!err)
        err = add_key(o, "off", "NULL, 'no'");
    return err ? err
               : office_run(
                     o,
                     "INSERT INTO context (name, description, group_uuid) VALUES ('incoming', 'In', '" MINE
                     "');"
                     "INSERT INTO recording (uuid, uniqueid, linkedid, begun, mixed, mp3, state, group_uuid) VALUES "
                     "('a', '1.1', '1.0', '2024-10-30 09:59:15', 'x/1.1.wav', 'x/1.1.mp3', 'kept', '" MINE
                     "'),"
                     "('b', '1.2', '1.2', '2024-10-30 09:59:15', '', '1.2.mp3', 'kept', NULL),"
                     "('c', '1.3', '1.3', '2024-10-30 09:59:15', '1.3.wav', '', 'open', '" MINE
                     "');"
                     "INSERT INTO cdr (src, dst, clid, start, answer, \"end\", duration, billsec, disposition, uniqueid, "
                     "linkedid, sequence, group_uuid) VALUES "
                     "('79123456789', '110', '\"Сергей\" <79123456789>', '2024-10-30 09:59:15', NULL, "
                     "'2024-10-30 09:59:22', 7, 0, 'NO ANSWER', '1.1', '1.0', 1923, '" MINE "'),"
                     "('101', '102', '', '2024-10-30 23:59:59', '2024-10-31 00:00:05', '2024-10-31 00:00:10', 11, 5, "
                     "'ANSWERED', '1.9', '1.9', 1924, NULL)");
}

static json_t *data_of(const struct office *o)
{
    return json_object_get(o->json, "data");
}

static const char *text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static int keys_in_three_places(void)
{
    struct office o;
    int err = 0;

    CHECK_TO(open_with_data(&o) == 0, out);
    CHECK_TO(office_ask(&o, "GET", "/api/index/check?api_key=all", NULL) == 200, out);
    CHECK_TO(office_ask(&o, "GET", "/pbx/api/index/check?api_key=all", NULL) == 200, out);
    CHECK_TO(strcmp(text_at(json_object_get(data_of(&o), "api_user"), "api_key"), "all") == 0, out);
    o.more = "X-API-Key: mine\r\n";
    CHECK_TO(office_ask(&o, "GET", "/api/index/check", NULL) == 200, out);
    CHECK_TO(strcmp(text_at(json_object_get(data_of(&o), "api_user"), "group_uuid"), MINE) == 0,
             out);
    o.more = "Authorization: Bearer mine\r\n";
    CHECK_TO(office_ask(&o, "GET", "/api/index/check", NULL) == 200, out);
    o.more = NULL;
    office_ask(&o, "GET", "/api/index/check?api_key=off", NULL);
    CHECK_TO(office_is(&o, 401, "wrong-key"), out);
    CHECK_TO(*office_member(&o, "reason"), out);
    office_ask(&o, "GET", "/api/index/check", NULL);
    CHECK_TO(office_is(&o, 401, "login-wanted"), out);
    office_ask(&o, "DELETE", "/api/index/check?api_key=all", NULL);
    CHECK_TO(office_is(&o, 405, "method"), out);

out:
    office_close(&o);
    return err;
}

static bool check_says(struct office *o, const char *key, bool has_access, bool has_file)
{
    char target[200];
    const json_t *data;

    snprintf(target, sizeof(target), "/api/index/check?api_key=%s&context=incoming&uniqueid=1.1",
             key);
    if (office_ask(o, "GET", target, NULL) != 200)
        return false;
    data = data_of(o);
    return (json_object_get(data, "access") != NULL) == has_access &&
           json_is_true(json_object_get(data, "file")) == has_file;
}

static int groups_see_their_own(void)
{
    struct office o;
    int err = 0;

    CHECK_TO(open_with_data(&o) == 0, out);
    CHECK_TO(check_says(&o, "all", true, true), out);
    CHECK_TO(check_says(&o, "mine", true, true), out);
    CHECK_TO(check_says(&o, "other", false, false), out);
    CHECK_TO(office_ask(&o, "GET", "/api/index/get_file_mp3?api_key=mine&uniqueid=1.1", NULL) ==
                 200,
             out);
    CHECK_TO(strstr(office_field(&o, "X-Accel-Redirect"), "recordings/x/1.1.mp3"), out);
    CHECK_TO(office_ask(&o, "GET", "/api/index/get_file_wav?api_key=mine&uniqueid=1.0", NULL) ==
                 200,
             out);
    CHECK_TO(strstr(office_field(&o, "X-Accel-Redirect"), "recordings/x/1.1.wav"), out);
    office_ask(&o, "GET", "/api/index/get_file_wav?api_key=other&uniqueid=1.1", NULL);
    CHECK_TO(office_is(&o, 404, "not-found"), out);
    office_ask(&o, "GET", "/api/index/get_file_mp3?api_key=mine&uniqueid=1.2", NULL);
    CHECK_TO(office_is(&o, 404, "not-found"), out);
    office_ask(&o, "GET", "/api/index/get_file_wav?api_key=all&uniqueid=1.2", NULL);
    CHECK_TO(office_is(&o, 404, "not-found") && strstr(o.body, "recording_keep_wav"), out);
    office_ask(&o, "GET", "/api/index/get_file_wav?api_key=all&uniqueid=1.3", NULL);
    CHECK_TO(office_is(&o, 409, "in-use"), out);
    office_ask(&o, "GET", "/api/index/get_file_wav?api_key=all", NULL);
    CHECK_TO(office_is(&o, 422, "invalid"), out);

out:
    office_close(&o);
    return err;
}

static int records_of_a_period(void)
{
    struct office o;
    int err = 0;
    const json_t *row;

    CHECK_TO(open_with_data(&o) == 0, out);
    CHECK_TO(office_ask(&o, "GET",
                        "/api/index/get_log_cdr?api_key=all&start=2024-10-30&end=2024-10-30",
                        NULL) == 200,
             out);
    CHECK_TO(json_array_size(data_of(&o)) == 2, out);
    row = json_array_get(data_of(&o), 0);
    CHECK_TO(strcmp(text_at(row, "duration"), "7") == 0 &&
                 strcmp(text_at(row, "sequence"), "1923") == 0,
             out);
    CHECK_TO(json_is_null(json_object_get(row, "answer")) &&
                 json_is_null(json_object_get(row, "accountcode")),
             out);
    CHECK_TO(strcmp(text_at(row, "start"), "2024-10-30 09:59:15") == 0, out);
    CHECK_TO(strncmp(o.body, "{\"data\":[{\"accountcode\":null,\"src\":", 35) == 0, out);
    CHECK_TO(office_ask(&o, "POST", "/pbx/api/index/get_log_cdr?api_key=mine",
                        "{\"start\":\"30.10.2024\",\"end\":\"2024-10-31T00:00\"}") == 200,
             out);
    CHECK_TO(json_array_size(data_of(&o)) == 1, out);
    CHECK_TO(office_ask(&o, "POST", "/pbx/api/index/get_log_cdr?api_key=other&start=2024-01-01",
                        "") == 200,
             out);
    CHECK_TO(strcmp(o.body, "{\"data\":[]}") == 0, out);
    CHECK_TO(office_ask(&o, "GET", "/api/index/get_log_cdr?api_key=all", NULL) == 200, out);
    CHECK_TO(json_array_size(data_of(&o)) == 0, out);
    office_ask(&o, "GET", "/api/index/get_log_cdr?api_key=all&start=2024-02-30", NULL);
    CHECK_TO(office_is(&o, 422, "invalid") && strstr(o.body, "start"), out);
    office_ask(&o, "GET", "/api/index/get_log_cdr?api_key=all&start=2024-02-02&end=2024-02-01",
               NULL);
    CHECK_TO(office_is(&o, 422, "invalid"), out);
    office_ask(&o, "POST", "/api/index/get_log_cdr?api_key=all", "[1]");
    CHECK_TO(office_is(&o, 400, "malformed"), out);

out:
    office_close(&o);
    return err;
}

/* What a stream sends, to its end; it comes in chunks. */
static size_t read_stream(struct office *o, const char *target, char *all, size_t size)
{
    const int fd = stream_connect(o->socket_path);
    char text[300];
    size_t n = 0;

    snprintf(text, sizeof(text),
             "GET %s HTTP/1.1\r\nHost: x\r\nX-Station-Face: pbx\r\nConnection: close\r\n\r\n",
             target);
    if (fd < 0 || send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        return 0;
    for (int i = 0; i < 4000; i++) {
        ssize_t got;

        loop_round(o->loop, 5);
        got = recv(fd, all + n, size - 1 - n, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    all[n] = '\0';
    return n;
}

static int count_of(const char *text, const char *word)
{
    int n = 0;

    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

/* Several of the same second and channel: each once, over three pages. */
static int records_in_pages(void)
{
    static char all[1 << 20];
    struct office o;
    int err = 0;

    CHECK_TO(open_with_data(&o) == 0, out);
    CHECK_TO(
        office_run(
            &o,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250) INSERT INTO cdr "
            "(start, uniqueid, sequence, userfield) SELECT '2025-01-01 00:00:0' || (i % 3), 'u' || (i % 7), i, 'mark' FROM n") ==
            0,
        out);
    read_stream(&o, "/api/index/get_log_cdr?api_key=all&start=2025-01-01&end=2025-01-01", all,
                sizeof(all));
    CHECK_TO(strstr(all, " 200 OK") && strstr(all, "{\"data\":[{"), out);
    CHECK_TO(count_of(all, "\"mark\"") == 250 && strstr(all, "}]}"), out);
    CHECK_TO(count_of(all, "\"sequence\":\"250\"") == 1 && count_of(all, "\"sequence\":\"1\"") == 1,
             out);
out:
    office_close(&o);
    return err;
}

static int originates_that_are_refused(void)
{
    static const struct {
        const char *query, *word;
    } wrong[] = {
        {"", "channel"},
        {"channel=PJSIP/101&exten=1&context=incoming", "priority"},
        {"channel=PJSIP/101&exten=1&context=incoming&priority=x", "priority"},
        {"channel=101&exten=1&context=incoming&priority=1", "channel"},
        {"channel=PJSIP/101%0D%0AApplication:%20System&exten=1&context=incoming&priority=1",
         "channel"},
        {"channel=PJSIP/101&exten=1%0AData:%20id&context=incoming&priority=1", "exten"},
        {"channel=PJSIP/101&exten=1&context=incoming%0Dx&priority=1", "context"},
        {"channel=PJSIP/101&exten=1&context=incoming&priority=1&callerid=a%0Ab", "callerid"},
        {"channel=PJSIP/101&exten=1&context=incoming&priority=1&async=perhaps", "async"},
        {"channel=PJSIP/101&exten=1&context=incoming&priority=1&variable=SHELL(id)=1", "variable"},
        {"channel=PJSIP/101&exten=1&context=incoming&priority=1&variable=a", "variable"},
        {"channel=PJSIP/101&exten=1&context=incoming&priority=1&variable=a=1%0D%0AX:%20y",
         "variable"},
    };
    char target[600];
    struct office o;
    int err = 0;

    CHECK_TO(open_with_data(&o) == 0, out);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(target, sizeof(target), "/api/index/originate?api_key=all&%s", wrong[i].query);
        office_ask(&o, "GET", target, NULL);
        CHECK_TO(office_is(&o, 422, "invalid") &&
                     strstr(office_member(&o, "reason"), wrong[i].word),
                 out);
    }
    /* whose group it is not */
    office_ask(
        &o, "GET",
        "/api/index/originate?api_key=other&channel=PJSIP/101&exten=1&context=incoming&priority=1",
        NULL);
    CHECK_TO(office_is(&o, 404, "not-found"), out);
    office_ask(
        &o, "GET",
        "/api/index/originate?api_key=mine&channel=Local/1@other&exten=1&context=incoming&priority=1",
        NULL);
    CHECK_TO(office_is(&o, 404, "not-found"), out);
    /* no engine in this test */
    office_ask(
        &o, "POST", "/api/index/originate?api_key=mine",
        "{\"channel\":\"Local/1@incoming/n\",\"exten\":\"1\",\"context\":\"incoming\",\"priority\":1,"
        "\"variable\":{\"file\":\"a,b\",\"n\":7}}");
    CHECK_TO(office_is(&o, 503, "no-engine"), out);

out:
    office_close(&o);
    return err;
}

static int send_form(struct office *o, const char *key, const char *body)
{
    char target[100];

    snprintf(target, sizeof(target), "/pbx/api/index/uploads?api_key=%s", key);
    o->more = "Content-Type: multipart/form-data; boundary=b\r\n";
    office_ask(o, "POST", target, body);
    o->more = NULL;
    return o->status;
}

#define PART                                                                                       \
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"test.wav\"\r\nContent-Type: audio/x-wav\r\n\r\n"

static int files_left(const struct office *o)
{
    char command[100];
    FILE *f;
    int n = -1;

    snprintf(command, sizeof(command), "ls %s/uploads | wc -l", o->dir);
    f = popen(command, "r");
    if (f && fscanf(f, "%d", &n) != 1)
        n = -1;
    if (f)
        pclose(f);
    return n;
}

static int uploads_are_looked_at(void)
{
    char folder[64], half[200];
    struct office o;
    int err = 0;

    CHECK_TO(open_with_data(&o) == 0, out);
    snprintf(folder, sizeof(folder), "%s/uploads", o.dir);
    mkdir(folder, 0700);
    send_form(&o, "wrong", PART "sound\r\n--b--\r\n");
    CHECK_TO(office_is(&o, 401, "wrong-key"), out);
    send_form(&o, "all", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n");
    CHECK_TO(office_is(&o, 422, "invalid"), out);
    send_form(&o, "all", PART "\r\n--b--\r\n");
    CHECK_TO(office_is(&o, 422, "invalid"), out);
    send_form(&o, "all", PART "sound");
    CHECK_TO(office_is(&o, 400, "malformed"), out);
    send_form(&o, "all", PART "sound\r\n" PART "another\r\n--b--\r\n");
    CHECK_TO(office_is(&o, 400, "malformed"), out);
    office_ask(&o, "POST", "/pbx/api/index/uploads?api_key=all", "{}");
    CHECK_TO(office_is(&o, 400, "malformed"), out);
    office_ask(&o, "GET", "/pbx/api/index/uploads?api_key=all", NULL);
    CHECK_TO(office_is(&o, 405, "method"), out);
    for (int i = 0; i < 100 && files_left(&o); i++)
        loop_round(o.loop, 5);
    CHECK_TO(files_left(&o) == 0, out);
    send_form(&o, "all", PART "sound\r\n--b--\r\n"); /* whole, and there is no engine */
    CHECK_TO(office_is(&o, 503, "no-engine"), out);
    CHECK_TO(files_left(&o) == 0, out);
    snprintf(half, sizeof(half), "touch %s/uploads/0d9fbc8a.half %s/uploads/whole", o.dir, o.dir);
    CHECK_TO(system(half) == 0 && files_left(&o) == 2, out);
    rest_upload_sweep(o.dir); /* what a killed role has left */
    CHECK_TO(files_left(&o) == 1, out);
    snprintf(half, sizeof(half), "%s/uploads/whole", o.dir);
    unlink(half);
out:
    rmdir(folder);
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(keys_in_three_places), UNIT_ONCE(groups_see_their_own),
           UNIT_ONCE(records_of_a_period), UNIT_ONCE(records_in_pages),
           UNIT_ONCE(originates_that_are_refused), UNIT_ONCE(uploads_are_looked_at))
