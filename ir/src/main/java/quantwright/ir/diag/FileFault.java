package quantwright.ir.diag;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What a failed access to a file means, in words for users; the diagnostic names the file. */
public final class FileFault {
    private FileFault() {
    }

    /** Why a file could not be read or written. */
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "access is denied";
            case NotDirectoryException _ -> "is not a folder";
            case CharacterCodingException _ -> "is not UTF-8 text";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
