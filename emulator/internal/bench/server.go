package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"tweed/emulator/internal/wall"
)

// server is a process under measurement.
type server struct {
	cmd   *exec.Cmd
	url   string
	ready time.Duration // from start to the first 200
}

// start runs a server whose first line on stdout ends with its address.
func start(ctx context.Context, name string, args ...string) (*server, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := wall.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s did not become ready: %w", name, err)
	}
	words := strings.Fields(line)
	s := &server{cmd: cmd, url: words[len(words)-1]}
	resp, err := http.Get(s.url + "/_tweed/health") //nolint:noctx // a probe of our own child
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	s.ready = wall.Since(began)
	return s, resp.Body.Close()
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := s.cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == -1 {
		return nil // the floor dies of the signal
	}
	return err
}

// residentKB reads the process's memory from /proc, 0 where there is none.
func (s *server) residentKB() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}

// clockTick is the unit of /proc/PID/stat: 100 a second on Linux.
const clockTick = 10 * time.Millisecond

// cpu reads the process's CPU time from /proc, 0 where there is none.
func (s *server) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick
}

// runFloor is the bare handler: it decodes the same JSON, stores a record in a map under
// a mutex and encodes the same JSON.
func runFloor() {
	type request struct {
		ClientID    string `json:"client_id"`
		Secret      string `json:"secret"`
		AccessToken string `json:"access_token"`
	}
	type reply struct {
		Expiration  string `json:"expiration"`
		PublicToken string `json:"public_token"`
		RequestID   string `json:"request_id"`
	}
	var mu sync.Mutex
	stored := map[string]request{}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var req request
		if r.Method == http.MethodPost {
			if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
		}
		mu.Lock()
		token := "public-sandbox-" + fmt.Sprintf("%036d", len(stored))
		stored[token] = req
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		_ = enc.Encode(reply{"2026-01-05T15:00:00Z", token, "84ce00e622f10a8"})
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("floor: ready at http://" + l.Addr().String())
	server := &http.Server{ReadHeaderTimeout: time.Second}
	_ = server.Serve(l) // it ends with the process
}
