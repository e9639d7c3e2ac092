package wall

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWait(t *testing.T) {
	t.Parallel()
	start := Now()
	require.NoError(t, Wait(t.Context(), 10*time.Millisecond))
	require.GreaterOrEqual(t, Since(start), 10*time.Millisecond)
	require.NoError(t, Wait(t.Context(), 0))
	require.NoError(t, Wait(t.Context(), -time.Hour))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Wait(ctx, time.Hour), context.Canceled)
	require.ErrorIs(t, Wait(ctx, 0), context.Canceled)
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, Wait(ctx, time.Hour), context.DeadlineExceeded)
}

func TestTimer(t *testing.T) {
	t.Parallel()
	start := Now()
	done, _ := Timer(10 * time.Millisecond)
	<-done
	require.GreaterOrEqual(t, Since(start), 10*time.Millisecond)
	done, _ = Timer(0)
	<-done

	done, stop := Timer(time.Hour)
	require.True(t, stop(), "it had not ended")
	require.False(t, stop())
	select {
	case <-done:
		require.Fail(t, "a stopped timer ends nothing")
	default:
	}
}
