package quantwright.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import quantwright.backend.CompileRequest.Progress;

/** Progress bars on standard error, one activity at a time; nothing where standard error is no terminal. */
final class Bars implements Progress, AutoCloseable {
    /** Set by the launcher, which knows whether standard error is a terminal. */
    static final String TERMINAL_PROPERTY = "quantwright.terminal";
    private static final int WIDTH = 79;
    private static final int INTERVAL_MILLIS = 100;

    private final PrintWriter err;
    private final boolean shown;
    private String activity = "";
    private ProgressBar bar;

    Bars(PrintWriter err) {
        this.err = err;
        this.shown = Boolean.getBoolean(TERMINAL_PROPERTY);
    }

    @Override
    public synchronized void update(String what, long done, long total) {
        if (!shown) {
            return;
        }
        if (bar == null || !what.equals(activity)) {
            close();
            activity = what;
            bar = new ProgressBarBuilder().setTaskName(what).setInitialMax(total).setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(INTERVAL_MILLIS).clearDisplayOnFinish().setMaxRenderedLength(WIDTH)
                    .setConsumer(new DelegatingProgressBarConsumer(this::show, WIDTH)).build();
        }
        bar.stepTo(done);
        if (done >= total) {
            close();
        }
    }

    private void show(String line) {
        err.print("\r" + line);
        err.flush();
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
            err.print("\r" + " ".repeat(WIDTH) + "\r");
            err.flush();
        }
    }
}
