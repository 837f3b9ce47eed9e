/* test_binds.c - sockets kept for the engine */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "role/binds.h"
#include "unit.h"

static struct addr local(const char *text)
{
    struct addr a = {0};

    (void)addr_parse(&a, slice_of(text), 0);
    return a;
}

static int send_to(const struct addr *to, const char *text)
{
    struct sockaddr_storage ss;
    socklen_t len = addr_to_sockaddr(to, &ss);
    int fd = socket(to->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ssize_t n = sendto(fd, text, strlen(text), 0, (struct sockaddr *)&ss, len);

    close(fd);
    return n == (ssize_t)strlen(text) ? 0 : EIO;
}

static int same_address_gives_the_same_socket_with_what_waits_in_it(void)
{
    struct binds b = {0};
    const struct bind_row *row;
    struct addr a = local("127.0.0.1:0");
    char text[16] = "";
    int err, fd;

    CHECK_OK_TO(binds_get(&b, CONTROL_UDP, &a, &row), out);
    fd = row->fd;
    a = row->local;
    CHECK_TO(a.port != 0, out);
    CHECK_OK_TO(send_to(&a, "waits"), out);
    binds_begin(&b);
    CHECK_OK_TO(binds_get(&b, CONTROL_UDP, &a, &row), out);
    CHECK_TO(row->fd == fd && b.count == 1, out);
    binds_end(&b);
    CHECK_TO(recv(fd, text, sizeof(text), 0) == 5 && memcmp(text, "waits", 5) == 0, out);
out:
    binds_fini(&b);
    return err;
}

static int what_a_new_engine_does_not_ask_for_is_closed(void)
{
    struct binds b = {0};
    const struct bind_row *row;
    struct addr a = local("127.0.0.1:0"), kept;
    int err;

    CHECK_OK_TO(binds_get(&b, CONTROL_TCP, &a, &row), out);
    kept = row->local;
    CHECK_OK_TO(binds_get(&b, CONTROL_UDP, &a, &row), out);
    binds_begin(&b);
    CHECK_OK_TO(binds_get(&b, CONTROL_TCP, &kept, &row), out);
    binds_end(&b);
    CHECK_TO(b.count == 1 && b.rows[0].kind == CONTROL_TCP, out);
    binds_release(&b, CONTROL_TCP, &kept);
    CHECK_TO(b.count == 0, out);
out:
    binds_fini(&b);
    return err;
}

static int port_in_use_is_told(void)
{
    struct binds b = {0}, other = {0};
    const struct bind_row *row;
    struct addr a = local("127.0.0.1:0");
    int err;

    CHECK_OK_TO(binds_get(&b, CONTROL_UDP, &a, &row), out);
    a = row->local;
    CHECK_TO(binds_get(&other, CONTROL_UDP, &a, &row) == EADDRINUSE, out);
    CHECK_TO(other.count == 0, out);
out:
    binds_fini(&b);
    binds_fini(&other);
    return err;
}

static int no_more_than_64(void)
{
    struct binds b = {0};
    const struct bind_row *row;
    const struct addr a = local("127.0.0.1:0");
    int err;

    for (int i = 0; i < BINDS_MAX; i++)
        CHECK_OK_TO(binds_get(&b, CONTROL_UDP, &a, &row), out);
    CHECK_TO(binds_get(&b, CONTROL_UDP, &a, &row) == EMFILE, out);
out:
    binds_fini(&b);
    return err;
}

static int nonsense_is_refused(void)
{
    struct binds b = {0};
    const struct bind_row *row;
    struct addr none = {0};
    const struct addr a = local("127.0.0.1:0");

    CHECK(binds_get(&b, CONTROL_UDP, &none, &row) == EINVAL);
    CHECK(binds_get(&b, 7, &a, &row) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT_ONCE(same_address_gives_the_same_socket_with_what_waits_in_it),
           UNIT_ONCE(what_a_new_engine_does_not_ask_for_is_closed), UNIT_ONCE(port_in_use_is_told),
           UNIT_ONCE(no_more_than_64), UNIT_ONCE(nonsense_is_refused))
