/* The card of a call, and its recordings: what is told, and to whom */
#include "office.h"

static int open_calls(struct office *o)
{
    int err = office_open(o);

    if (!err)
        err = office_add_user(o, "admin", REST_ADMIN, "");
    if (!err)
        err = office_add_user(o, "boss", REST_MANAGER, "sales");
    if (!err)
        err = office_run(
            o,
            "INSERT INTO \"groups\" (uuid, name) VALUES ('11111111-1111-4111-8111-111111111111', 'sales');"
            "INSERT INTO cdr (sequence, uniqueid, linkedid, src, dst, start, disposition, group_uuid) VALUES "
            "(1, '1.1', '1.1', '101', '102', '2026-01-02 10:00:00', 'ANSWERED', "
            "'11111111-1111-4111-8111-111111111111'),"
            "(2, '1.2', '1.1', '102', '103', '2026-01-02 10:01:00', 'BUSY', NULL),"
            "(3, '2.1', '2.1', '104', '105', '2026-01-02 11:00:00', 'ANSWERED', NULL);"
            "INSERT INTO recording (uuid, uniqueid, linkedid, begun, mixed, mp3, peaks, state, group_uuid) VALUES "
            "('r1', '1.1', '1.1', '2026-01-02 10:00:01', 'a/1.wav', 'a/1.mp3', 'a/1.peaks', 'kept', "
            "'11111111-1111-4111-8111-111111111111'),"
            "('r2', '1.2', '1.1', '2026-01-02 10:01:01', '2.gsm', '', '', 'kept', NULL),"
            "('r3', '2.1', '2.1', '2026-01-02 11:00:01', '3.wav', '', '', 'open', NULL);"
            "INSERT INTO call_quality (uniqueid, linkedid, channel, rx_packets) VALUES ('1.1', '1.1', 'PJSIP/101-1', 7);"
            "INSERT INTO call_story (linkedid, start, story) VALUES ('1.1', '2026-01-02 10:00:00', 'rings')");
    return err ? err : office_login(o, "admin", "secret of admin") == 200 ? 0 : EACCES;
}

static size_t count_of(const struct office *o, const char *list)
{
    return json_array_size(json_object_get(o->json, list));
}

static int a_card_tells_the_whole_call(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_calls(&o), out);
    CHECK_TO(office_ask(&o, "GET", "/cdr/2/call", NULL) == 200, out);
    CHECK_TO(count_of(&o, "records") == 2 && count_of(&o, "recordings") == 2, out);
    CHECK_TO(count_of(&o, "quality") == 1 && count_of(&o, "story") == 1, out);
    CHECK_TO(strstr(o.body, "\"dst\":\"103\"") && strstr(o.body, "\"story\":\"rings\"") &&
                 strstr(o.body, "\"wav\":\"a/1.wav\",\"mp3\":\"a/1.mp3\"") &&
                 strstr(o.body, "\"rx_packets\":\"7\""),
             out);
    CHECK_TO(office_ask(&o, "GET", "/cdr/9/call", NULL) == 404, out);
    CHECK_TO(office_ask(&o, "GET", "/cdr/x/call", NULL) == 404, out);
    /* of his groups only */
    office_login(&o, "boss", "secret of boss");
    CHECK_TO(office_ask(&o, "GET", "/cdr/1/call", NULL) == 200, out);
    CHECK_TO(count_of(&o, "records") == 1 && count_of(&o, "recordings") == 1, out);
    CHECK_TO(office_ask(&o, "GET", "/cdr/2/call", NULL) == 404, out);
    CHECK_TO(office_ask(&o, "GET", "/cdr/3/call", NULL) == 404, out);
out:
    office_close(&o);
    return err;
}

static int sent(struct office *o, const char *path, const char *file)
{
    if (office_ask(o, "GET", path, NULL) != 200)
        return unit_failed(__FILE__, __LINE__, o->body);
    CHECK(strstr(office_field(o, "X-Accel-Redirect"), file));
    return 0;
}

static int a_recording_is_sent(void)
{
    struct office o;
    int err;

    CHECK_OK_TO(open_calls(&o), out);
    CHECK_OK_TO(sent(&o, "/recording/r1/audio", "recordings/a/1.mp3"), out);
    CHECK_TO(strncmp(office_field(&o, "Content-Disposition"), "inline", 6) == 0, out);
    CHECK_OK_TO(sent(&o, "/recording/r1/audio?format=wav&download=1", "recordings/a/1.wav"), out);
    CHECK_TO(strncmp(office_field(&o, "Content-Disposition"), "attachment", 10) == 0, out);
    CHECK_OK_TO(sent(&o, "/recording/r1/peaks", "recordings/a/1.peaks"), out);
    CHECK_TO(office_ask(&o, "GET", "/recording/r1/audio?format=ogg", NULL) == 422, out);
    CHECK_TO(office_ask(&o, "GET", "/recording/r2/audio", NULL) == 404,
             out); /* no browser plays it */
    CHECK_TO(office_ask(&o, "GET", "/recording/r2/peaks", NULL) == 404, out);
    office_ask(&o, "GET", "/recording/r3/audio", NULL);
    CHECK_TO(office_is(&o, 409, "in-use"), out);
    office_login(&o, "boss", "secret of boss");
    CHECK_OK_TO(sent(&o, "/recording/r1/audio", "recordings/a/1.mp3"), out);
    CHECK_TO(office_ask(&o, "GET", "/recording/r2/audio", NULL) == 404, out);
    CHECK_TO(office_ask(&o, "GET", "/recording/r3/peaks", NULL) == 404, out);
out:
    office_close(&o);
    return err;
}

UNIT_TESTS(UNIT_ONCE(a_card_tells_the_whole_call), UNIT_ONCE(a_recording_is_sent))
