// SPDX-License-Identifier: Apache-2.0

package io.tcpoffload.http;

import io.tcpoffload.channel.FileTransport;
import io.tcpoffload.channel.MediaChannel;
import io.tcpoffload.channel.ViewerTransport;
import java.util.Collection;

/** What a listener offers, asked anew for each request: channels come and go while it runs. Thread-safe, fast. */
public interface ChannelDirectory {

    /** The channel of that name, exactly as in the URL path; null when there is none. */
    MediaChannel find(String name);

    /** All channels of the listener, in the order in which people should see them. */
    Collection<MediaChannel> list();

    /** Who sends large files, in place of the kernel. */
    default FileTransport files() {
        return FileTransport.NONE;
    }

    /** Who carries a channel to its viewers. */
    ViewerTransport transport(MediaChannel channel);
}
