// uWebSockets: one thread, one loop.
//
// Its best form: what came in during one turn of the loop is published after the last handler.
// Published inside a handler, whose own socket is corked then, every message to another socket
// becomes a write of its own as soon as 32 of them wait.

#include "App.h"
#include "simdjson.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// A client that is so far behind is cut off.
constexpr unsigned int BACKLOG = 16 * 1024 * 1024;
constexpr unsigned int LONGEST_MESSAGE = 16 * 1024 * 1024 + 1;
constexpr std::string_view TOPIC = "lobby";

struct Nobody {};
struct Person {
    std::string name;
};

/// ISO 8601 in UTC, to the millisecond. The part that changes once a second is kept.
class Clock {
    time_t second_ = -1;
    char text_[40] = {};

public:
    std::string_view now() {
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        if (now.tv_sec != second_) {
            tm parts{};
            gmtime_r(&now.tv_sec, &parts);
            strftime(text_, sizeof text_, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
            second_ = now.tv_sec;
        }
        long milliseconds = now.tv_nsec / 1'000'000;
        text_[20] = char('0' + milliseconds / 100);
        text_[21] = char('0' + milliseconds / 10 % 10);
        text_[22] = char('0' + milliseconds % 10);
        return {text_, 24};
    }
};

/// Appends a JSON string. What needs no escape is appended as a whole.
void append_json(std::string &json, std::string_view text) {
    json += '"';
    size_t written = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        json.append(text, written, i - written);
        written = i + 1;
        char escape[7];
        if (c < 0x20) snprintf(escape, sizeof escape, "\\u%04x", c);
        else snprintf(escape, sizeof escape, "\\%c", c);
        json += escape;
    }
    json.append(text, written);
    json += '"';
}

class Chat {
    simdjson::dom::parser parser_;
    Clock clock_;
    unsigned long joined_ = 0, said_ = 0;
    std::vector<std::string> pending_;

public:
    std::string next_name() { return "u" + std::to_string(++joined_); }

    /// Anything but {"type":"say","text":…} is passed over.
    void hear(std::string_view json, const std::string &from) {
        simdjson::dom::element request;
        std::string_view kind, text;
        if (parser_.parse(json.data(), json.size()).get(request) || request["type"].get(kind)
            || kind != "say" || request["text"].get(text))
            return;
        std::string &said = pending_.emplace_back();
        said.reserve(text.size() + from.size() + 128);
        said += R"({"type":"said","room":"lobby","seq":)";
        said += std::to_string(++said_);
        said += R"(,"from":)";
        append_json(said, from);
        said += R"(,"text":)";
        append_json(said, text);
        said += R"(,"at":")";
        said += clock_.now();
        said += R"("})";
    }

    void publish(uWS::App &app) {
        for (const auto &said : pending_) app.publish(TOPIC, said, uWS::OpCode::TEXT);
        pending_.clear();
    }
};

/// The number behind --port, or 0: whichever is free.
int port_from(int count, char **arguments) {
    if (count == 1) return 0;
    if (count == 3 && !strcmp(arguments[1], "--port")) return atoi(arguments[2]);
    fputs("usage: uwebsockets [--port N]\n", stderr);
    exit(2);
}

} // namespace

int main(int count, char **arguments) {
    int port = port_from(count, arguments);
    Chat chat;
    uWS::App app;
    app.ws<Nobody>("/echo", {
        .compression = uWS::DISABLED,
        .maxPayloadLength = LONGEST_MESSAGE,
        .maxBackpressure = BACKLOG,
        .closeOnBackpressureLimit = true,
        .message = [](auto *ws, std::string_view message, uWS::OpCode kind) { ws->send(message, kind); },
    });
    app.ws<Person>("/chat", {
        .compression = uWS::DISABLED,
        .maxPayloadLength = LONGEST_MESSAGE,
        .maxBackpressure = BACKLOG,
        .closeOnBackpressureLimit = true,
        .open = [&chat](auto *ws) {
            ws->getUserData()->name = chat.next_name();
            ws->subscribe(TOPIC);
        },
        .message = [&chat](auto *ws, std::string_view message, uWS::OpCode kind) {
            if (kind == uWS::OpCode::TEXT) chat.hear(message, ws->getUserData()->name);
        },
    });
    app.listen("127.0.0.1", port, [](us_listen_socket_t *socket) {
        if (!socket) {
            fputs("cannot listen\n", stderr);
            exit(1);
        }
        printf("listening on http://127.0.0.1:%d\n", us_socket_local_port(0, (us_socket_t *) socket));
        fflush(stdout);
    });
    // Handlers run in the order of their keys. Ours, with the smallest, is before the one that
    // writes to each subscriber what was published.
    uWS::Loop::get()->addPostHandler(nullptr, [&chat, &app](uWS::Loop *) { chat.publish(app); });
    app.run();
}
