package sentinel_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/conformance/sentinel"
)

// posting is an event with its topic.
type posting struct {
	topic string
	event sentinel.Event
}

// feed is how a firm learns of events.
type feed interface {
	// next returns the next event; false when there is none.
	next(t *testing.T) (posting, bool)
}

// reader asks each topic in turn what is new. It does not wait: on a stopped clock nothing comes by itself.
type reader struct {
	client *sentinel.Client
	marks  map[string]uint64
	unread []posting
}

func newReader(client *sentinel.Client) *reader {
	return &reader{client: client, marks: map[string]uint64{}}
}

func (r *reader) next(t *testing.T) (posting, bool) {
	t.Helper()
	for _, topic := range sentinel.Topics() {
		if len(r.unread) > 0 {
			break
		}
		events, err := r.client.Read(t.Context(), topic, r.marks[topic], 0)
		require.NoError(t, err)
		for _, event := range events {
			r.unread = append(r.unread, posting{topic, event})
			r.marks[topic] = event.ID
		}
	}
	if len(r.unread) == 0 {
		return posting{}, false
	}
	first := r.unread[0]
	r.unread = r.unread[1:]
	return first, true
}

// poller has a long poll open on each topic at once.
type poller struct {
	postings chan posting
	failed   chan error
}

// patience is how long a poll waits for an event, in wall time; a test waits for one longer.
const patience = 30 * time.Second

// newPoller begins the long polls. They end with the test.
func newPoller(t *testing.T, client *sentinel.Client) *poller {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	p := &poller{postings: make(chan posting), failed: make(chan error, len(sentinel.Topics()))}
	var polls sync.WaitGroup
	for _, topic := range sentinel.Topics() {
		polls.Go(func() {
			err := client.Follow(ctx, topic, patience, func(event sentinel.Event) bool {
				select {
				case p.postings <- posting{topic, event}:
					return true
				case <-ctx.Done():
					return false
				}
			})
			if err != nil && !errors.Is(err, context.Canceled) {
				p.failed <- err
			}
		})
	}
	t.Cleanup(func() {
		leave()
		polls.Wait()
	})
	return p
}

func (p *poller) next(t *testing.T) (posting, bool) {
	t.Helper()
	select {
	case one := <-p.postings:
		return one, true
	case err := <-p.failed:
		require.NoError(t, err)
	case <-time.After(2 * patience):
	}
	return posting{}, false
}
