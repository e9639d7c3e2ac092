package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"unicode/utf8"

	"tweed/emulator/scenario"
)

// newTransport makes a transport that opens a connection for each call: on one that was kept,
// net/http repeats a lost GET by itself, and no step would see that it was lost.
func newTransport() *http.Transport { return &http.Transport{DisableKeepAlives: true} }

// lostBy names the fault by which a reply was lost or cut, by the error of the transport. ""
// is none, or an error that no fault of a rule makes.
func lostBy(err error) scenario.FaultKind {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return scenario.Hang
	case errors.Is(err, syscall.ECONNRESET):
		return scenario.Reset
	case errors.Is(err, io.ErrUnexpectedEOF):
		return scenario.Truncate
	case errors.Is(err, io.EOF):
		return scenario.Empty
	}
	return ""
}

// fault names the fault of a reply that came or did not, "" if there is none.
func (r reply) fault(err error) scenario.FaultKind {
	if err == nil && !utf8.Valid(r.body) && r.header.Get("Content-Type") != "application/pdf" {
		return scenario.Garbage
	}
	return lostBy(err)
}

// said is what the tape has of an error: nothing that differs from run to run.
func said(err error) string {
	if kind := lostBy(err); kind != "" {
		return string(kind)
	}
	return "an error of the transport"
}

// compareFault compares how a reply came with how it should; "" if that is the same.
func compareFault(wanted, got scenario.FaultKind, err error) string {
	switch {
	case wanted == "" && got == "" && err != nil:
		return err.Error()
	case wanted == got:
		return ""
	case wanted == "" && err != nil:
		return fmt.Sprintf("the reply was lost: %s (%v)", got, err)
	case wanted == "":
		return "the reply is " + string(got)
	case got == "" && err != nil:
		return fmt.Sprintf("fault: wanted %s, got an error: %v", wanted, err)
	case got == "":
		return fmt.Sprintf("fault: wanted %s, but the whole reply came", wanted)
	}
	return fmt.Sprintf("fault: wanted %s, got %s", wanted, got)
}
