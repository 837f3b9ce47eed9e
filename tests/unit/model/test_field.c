#include "base/buf.h"
#include "model/field.h"
#include "model/pool.h"
#include "database.h"

/* A value that no field of the kind takes; NULL: every text is right. */
static const char *nonsense(const struct model_field *f)
{
    switch (f->kind) {
    case MODEL_TEXT:
    case MODEL_SECRET:
    case MODEL_PASSWORD:
    case MODEL_KEY: return NULL;
    case MODEL_NAMES: return NULL;
    case MODEL_CALLERID: return "Name <100";
    case MODEL_GROUPS: return "64";
    case MODEL_VARS: return "no equals sign";
    case MODEL_WALL: return "yesterday";
    case MODEL_HOST: return "two words";
    default: return "no-sense at all";
    }
}

static int every_default_passes_its_own_check(void)
{
    for (const struct model_type *t = model_types; t->name; t++)
        for (const struct model_field *f = t->fields; f->column; f++)
            if (f->def && *f->def)
                CHECK_OK(model_field_set(f, NULL, slice_of(f->def), NULL));
    return 0;
}

static int every_field_refuses_nonsense(void)
{
    for (const struct model_type *t = model_types; t->name; t++) {
        for (const struct model_field *f = t->fields; f->column; f++) {
            if (!nonsense(f))
                continue;
            if (model_field_set(f, NULL, slice_of(nonsense(f)), NULL) != EINVAL)
                fprintf(stderr, "%s.%s takes nonsense\n", t->table, f->column);
            CHECK(model_field_set(f, NULL, slice_of(nonsense(f)), NULL) == EINVAL);
        }
    }
    return 0;
}

static int numbers_are_held_to_their_bounds(void)
{
    char text[32];

    for (const struct model_type *t = model_types; t->name; t++) {
        for (const struct model_field *f = t->fields; f->column; f++) {
            if (f->kind != MODEL_INT || f->max == INT64_MAX)
                continue;
            CHECK(f->min < f->max);
            snprintf(text, sizeof(text), "%lld", (long long)f->max);
            CHECK(model_field_set(f, NULL, slice_of(text), NULL) == 0);
            snprintf(text, sizeof(text), "%lld", (long long)f->max + 1);
            CHECK(model_field_set(f, NULL, slice_of(text), NULL) == EINVAL);
            snprintf(text, sizeof(text), "%lld", (long long)f->min - 1);
            CHECK(model_field_set(f, NULL, slice_of(text), NULL) == EINVAL);
        }
    }
    return 0;
}

static int every_choice_is_taken_and_says_itself(void)
{
    struct buf b;
    int err = 0;

    buf_init(&b, 4000);
    for (const struct model_type *t = model_types; t->name; t++) {
        for (const struct model_field *f = t->fields; f->column; f++) {
            buf_reset(&b);
            CHECK_OK_TO(model_field_allowed(f, "ru", &b), out);
            CHECK_TO(b.len > 0, out);
            for (int i = 0; f->choices && f->choices[i]; i++) {
                CHECK_OK_TO(model_field_set(f, NULL, slice_of(f->choices[i]), NULL), out);
                CHECK_TO(strstr(buf_z(&b), f->choices[i]), out);
            }
        }
    }
out:
    buf_fini(&b);
    return err;
}

static bool is_filled(const struct model_words *w)
{
    return w->ru && *w->ru && w->en && *w->en;
}

static int every_field_has_russian_and_english_words(void)
{
    for (const struct model_type *t = model_types; t->name; t++) {
        CHECK(is_filled(&t->label) && is_filled(&t->help));
        for (const struct model_field *f = t->fields; f->column; f++) {
            if (!is_filled(&f->label) || !is_filled(&f->help))
                fprintf(stderr, "%s.%s lacks words\n", t->table, f->column);
            CHECK(is_filled(&f->label) && is_filled(&f->help));
        }
    }
    return 0;
}

static int no_column_stands_twice(void)
{
    for (const struct model_type *t = model_types; t->name; t++)
        for (const struct model_field *f = t->fields; f->column; f++)
            CHECK(model_field_find(t, slice_of(f->column)) == f);
    return 0;
}

static int the_manual_s_fields_are_all_there(void)
{
    static const struct {
        const char *type, *columns;
    } want[] = {
        {"aor", "uuid,name,description,id,contact,default_expiration,mailboxes,max_contacts,"
                "minimum_expiration,remove_existing,qualify_frequency,authenticate_qualify,"
                "maximum_expiration,outbound_proxy,qualify_2xx_only,support_path,qualify_timeout,"
                "voicemail_extension,remove_unavailable,group_uuid"},
        {"auth", "uuid,name,description,id,auth_type,md5_cred,password,realm,username,group_uuid"},
        {"endpoint",
         "uuid,name,description,id,transport,aors,auth,context,disallow,allow,direct_media,"
         "dtmf_mode,force_rport,ice_support,moh_suggest,outbound_auth,rewrite_contact,"
         "rtp_symmetric,send_pai,trust_id_inbound,trust_id_outbound,send_rpid,callerid,"
         "call_group,pickup_group,fax_detect,t38_udptl,from_domain,from_user,rtp_timeout,"
         "deny,permit,acl,allow_subscribe,webrtc,group_uuid"},
        {"transport", "protocol,bind,local_net,external_media_address,external_signaling_address,"
                      "external_signaling_port,allow_reload"},
        {"registration", "auth_rejection_permanent,server_uri,client_uri"},
    };

    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        const struct model_type *t = model_type_find(slice_of(want[i].type));
        struct slice rest = slice_of(want[i].columns);

        CHECK(t);
        while (slice_is_set(rest))
            CHECK(model_field_find(t, slice_cut(rest, ',', &rest)));
    }
    return 0;
}

static int values_become_typed(void)
{
    const struct model_type *t = model_type_find(SLICE("endpoint"));
    struct model_endpoint ep = {0};
    struct model_pool pool;
    static const char *const values[][2] = {{"callerid", "\"Иван Петров\" <100>"},
                                            {"disallow", "all"},
                                            {"allow", "alaw,!gsm,ulaw"},
                                            {"call_group", "1,3-5"},
                                            {"aors", "a, b"},
                                            {"dtmf_mode", "INFO"},
                                            {"identify_by", "auth_username,ip"},
                                            {"rtp_symmetric", "on"},
                                            {"rtp_timeout", "60"},
                                            {"set_var", "A=1;B=two words"},
                                            {"permit", "10.0.0.0/8"},
                                            {"context", "internal"}};
    int err = 0;

    model_pool_init(&pool);
    CHECK_OK_TO(model_defaults_set(t, &ep, &pool), out);
    CHECK_TO(ep.codecs.count == 2 && ep.force_rport && strcmp(ep.moh_suggest, "default") == 0, out);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        CHECK_OK_TO(model_field_set(model_field_find(t, slice_of(values[i][0])), &ep,
                                    slice_of(values[i][1]), &pool),
                    out);
    CHECK_TO(strcmp(ep.callerid.name, "Иван Петров") == 0 && strcmp(ep.callerid.number, "100") == 0,
             out);
    CHECK_TO(ep.codecs.count == 2 && ep.codecs.id[0] == MODEL_ALAW && ep.codecs.id[1] == MODEL_ULAW,
             out);
    CHECK_TO(ep.call_group == 0x3a, out);
    CHECK_TO(ep.aor_names.count == 2 && strcmp(ep.aor_names.v[1], "b") == 0, out);
    CHECK_TO(ep.dtmf_mode == MODEL_DTMF_INFO && ep.rtp_symmetric && ep.rtp_timeout == 60, out);
    CHECK_TO(ep.identify_by.count == 2 && ep.identify_by.v[0] == MODEL_BY_AUTH_USERNAME, out);
    CHECK_TO(ep.set_var.count == 2 && strcmp(ep.set_var.v[1].value, "two words") == 0, out);
    CHECK_TO(ep.permit.count == 1 && ep.permit.v[0].bits == 8, out);
out:
    model_pool_fini(&pool);
    return err;
}

static int caller_ids_are_cut_as_asterisk_does(void)
{
    static const char *const cases[][3] = {
        {"User <100>", "User", "100"},
        {"\"A, B\" <+7495>", "A, B", "+7495"},
        {"<100>", "", "100"},
        {"100", "", "100"},
        {"Just a name", "Just a name", ""},
        {"", "", ""},
    };
    const struct model_field *f =
        model_field_find(model_type_find(SLICE("endpoint")), SLICE("callerid"));
    struct model_endpoint ep;
    struct model_pool pool;
    int err = 0;

    model_pool_init(&pool);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_OK_TO(model_field_set(f, &ep, slice_of(cases[i][0]), &pool), out);
        CHECK_TO(strcmp(ep.callerid.name, cases[i][1]) == 0, out);
        CHECK_TO(strcmp(ep.callerid.number, cases[i][2]) == 0, out);
    }
out:
    model_pool_fini(&pool);
    return err;
}

static int seconds_have_parts(void)
{
    const struct model_field *f =
        model_field_find(model_type_find(SLICE("aor")), SLICE("qualify_timeout"));
    struct model_aor aor;

    CHECK_OK(model_field_set(f, &aor, SLICE("3.0"), NULL));
    CHECK(aor.qualify_timeout == 3000);
    CHECK_OK(model_field_set(f, &aor, SLICE("0.25"), NULL));
    CHECK(aor.qualify_timeout == 250);
    CHECK(model_field_set(f, &aor, SLICE("61"), NULL) == EINVAL);
    CHECK(model_field_set(f, &aor, SLICE("1."), NULL) == EINVAL);
    CHECK(model_field_set(f, &aor, SLICE("-1"), NULL) == EINVAL);
    return 0;
}

static int a_value_that_is_so_anyway_is_harmless(void)
{
    const struct model_type *t = model_type_find(SLICE("endpoint"));

    CHECK(model_field_is_harmless(model_field_find(t, SLICE("refer_blind_progress")), SLICE("no")));
    CHECK(model_field_is_harmless(model_field_find(t, SLICE("webrtc")), SLICE("off")));
    CHECK(!model_field_is_harmless(model_field_find(t, SLICE("webrtc")), SLICE("yes")));
    CHECK(model_field_is_harmless(model_field_find(t, SLICE("cos_audio")), SLICE("00")));
    CHECK(!model_field_is_harmless(model_field_find(t, SLICE("cos_audio")), SLICE("5")));
    return 0;
}

UNIT_TESTS(UNIT(every_default_passes_its_own_check), UNIT(every_field_refuses_nonsense),
           UNIT(numbers_are_held_to_their_bounds), UNIT(every_choice_is_taken_and_says_itself),
           UNIT(every_field_has_russian_and_english_words), UNIT(no_column_stands_twice),
           UNIT(the_manual_s_fields_are_all_there), UNIT(values_become_typed),
           UNIT(caller_ids_are_cut_as_asterisk_does), UNIT(seconds_have_parts),
           UNIT(a_value_that_is_so_anyway_is_harmless))
