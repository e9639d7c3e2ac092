package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/wall"
)

// Limits of a follower.
const (
	followBatch    = 100 // entries that are read at once
	heartbeat      = 15 * time.Second
	followPatience = 30 * time.Second // how long one write may take
)

// Follows says whether a request wants to follow the journal: its answer has no end, so
// it is none for the pipeline.
func (a *API) Follows(r *http.Request) bool {
	follow, _ := strconv.ParseBool(r.URL.Query().Get("follow"))
	return follow && r.Method == http.MethodGet && r.URL.Path == Prefix+"journal"
}

// Follow answers with the calls as they come, as server-sent events: "call" with the
// journal's JSON of a call and its seq as the id, and "gone" with the number of calls that
// left the journal before this reader took them. It begins with what comes next; with
// last=N, since=SEQ or the header Last-Event-ID (a seq), earlier. It ends when the client
// leaves or the server stops; a comment comes when nothing else does for a while.
func (a *API) Follow(w http.ResponseWriter, r *http.Request) {
	q, err := journalQueryOf(r.URL.Query())
	if last := r.Header.Get("Last-Event-ID"); last != "" && err == nil {
		q.resume = true
		if q.filter.Since, err = strconv.ParseUint(last, 10, 64); err != nil {
			err = errBad.New("text", "Last-Event-ID "+last+" is no seq of a call")
		}
	}
	if err != nil {
		refused, _ := errors.AsType[*catalogue.Error](err)
		api.Send(w, write(&api.Call{}, nil, refused))
		return
	}
	follower := a.Journal.Follow(q.filter, q.resume)
	defer follower.Close()
	out := stream{writer: w, control: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	out.print(": calls as they come\n\n")
	for out.err == nil {
		entries, lost, grown := follower.Next(followBatch)
		if lost > 0 {
			out.print("event: gone\ndata: {\"calls\": %d}\n\n", lost)
		}
		for i := range entries {
			out.call(&entries[i])
		}
		if grown != nil && !a.await(r, grown) {
			if r.Context().Err() != nil || stopped(a.Stop) {
				return
			}
			out.print(": still here\n\n")
		}
	}
}

// await waits until the journal has grown. It returns false when it is time to say
// something else, or to end.
func (a *API) await(r *http.Request, grown <-chan struct{}) bool {
	pause := a.Heartbeat
	if pause == 0 {
		pause = heartbeat
	}
	elapsed, cancel := wall.Timer(pause)
	defer cancel()
	select {
	case <-grown:
		return true
	case <-elapsed:
	case <-r.Context().Done():
	case <-a.Stop:
	}
	return false
}

func stopped(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// stream writes events. After an error it writes nothing more.
type stream struct {
	writer  http.ResponseWriter
	control *http.ResponseController
	err     error
}

// print writes and sends at once. A writer without deadlines waits as long as it likes.
func (s *stream) print(format string, args ...any) {
	if s.err != nil {
		return
	}
	_ = s.control.SetWriteDeadline(wall.Now().Add(followPatience))
	if _, s.err = fmt.Fprintf(s.writer, format, args...); s.err == nil {
		s.err = s.control.Flush()
	}
}

// call writes one call. Its JSON has no line ends.
func (s *stream) call(e *api.Entry) {
	body, err := json.Marshal(bodyOf(e))
	if err != nil { // facts are what was decoded from JSON, or our own
		body = []byte("null")
	}
	s.print("id: %d\nevent: call\ndata: %s\n\n", e.Seq, body)
}
